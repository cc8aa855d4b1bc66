/** A condition that a request must meet regardless of the state of the world, because the service rejects it otherwise. */
export interface Condition<Request> {
  /** The member that it concerns. */
  readonly member: string | ((request: Request) => string);
  readonly isMet: (request: Request) => boolean;
  /** The problem when it is not met. */
  readonly says: string | ((request: Request) => string);
  /** Whether it concerns only the value of the member; the service's message then names the member. */
  readonly isValue: boolean;
}

/** A condition on the combination of members. */
export const condition = <Request>(
  member: Condition<Request>['member'],
  isMet: Condition<Request>['isMet'],
  says: Condition<Request>['says'],
): Condition<Request> => ({ member, isMet, says, isValue: false });

/** A condition on the value of one member; says what the value must be. */
export const valueCondition = <Request>(
  member: Condition<Request>['member'],
  isMet: Condition<Request>['isMet'],
  says: Condition<Request>['says'],
): Condition<Request> => ({ member, isMet, says, isValue: true });
