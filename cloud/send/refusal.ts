import { EztError } from '../protocol/errors';
import { quote } from '../transport/broker-words';
import { describeCode, formatCode } from '../transport/reason-codes';

/** For a QoS above the broker's maximum: it would hang up, so the message is not sent. */
export const QOS_NOT_SUPPORTED = 0x9b;

/** The error for a PUBLISH that the broker refused. `reasonString`: the broker's own words. */
export const publishRefused = (code: number, reasonString?: string): EztError =>
  new EztError('publishRefused', {
    reason: describeCode(code) + quote({ reasonString }),
    code: formatCode(code),
  });
