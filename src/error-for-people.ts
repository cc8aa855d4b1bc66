/** An error whose message is one line for people; every other error is shown with its stack. */
export class ErrorForPeople extends Error {}
