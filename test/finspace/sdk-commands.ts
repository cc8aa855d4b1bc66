import * as sdk from '@aws-sdk/client-finspace';
import { OPERATION_NAMES, type OperationName } from '../../src/operations/index.ts';

/** The operations that @aws-sdk/client-finspace 3.523.0 lacks. */
export const MISSING_IN_SDK: readonly OperationName[] = ['DeleteKxClusterNode'];

/** The operations that boto3 may lack: those that AWS published after the oldest boto3 that the tests support. */
export const MISSING_IN_BOTO3: readonly OperationName[] = [];

/** The operations for which the SDK has a command. */
export const SDK_OPERATIONS = OPERATION_NAMES.filter((name) => `${name}Command` in sdk);
