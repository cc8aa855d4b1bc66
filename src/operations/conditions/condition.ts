/** Something that a request has to meet whatever there is in the world, because the service refuses it otherwise. */
export interface Condition<Request> {
  /** The member that it is about. */
  readonly member: string | ((request: Request) => string);
  readonly holds: (request: Request) => boolean;
  /** What is wrong where it does not hold. */
  readonly says: string | ((request: Request) => string);
  /** Whether it is about the value of the member alone, as the service then says. */
  readonly isValue: boolean;
}

/** A condition on how members go together. */
export const condition = <Request>(
  member: Condition<Request>['member'],
  holds: Condition<Request>['holds'],
  says: Condition<Request>['says'],
): Condition<Request> => ({ member, holds, says, isValue: false });

/** A condition on the value of one member; says what the value has to be. */
export const valueCondition = <Request>(
  member: Condition<Request>['member'],
  holds: Condition<Request>['holds'],
  says: Condition<Request>['says'],
): Condition<Request> => ({ member, holds, says, isValue: true });
