/** An error whose message is one line that is written for people; every other error is shown whole where it surfaces. */
export class ErrorForPeople extends Error {}
