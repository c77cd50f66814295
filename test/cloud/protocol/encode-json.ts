import { copyData } from '../../../cloud/protocol/json-encoding';

/** `value` as it is sent, wherever it stands in a payload. Throws as `copyData`. */
export const encodeJson = (value: unknown): string => JSON.stringify(copyData(value));
