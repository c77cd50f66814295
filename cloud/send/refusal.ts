import { EztError } from '../protocol/errors';
import { quote } from '../transport/broker-words';
import { describeCode, formatCode } from '../transport/reason-codes';

/** The broker would hang up on what it has said that it does not take. */
export const QOS_NOT_SUPPORTED = 0x9b;

/** What the broker's answer to a PUBLISH makes of it: `said` are its own words. */
export const publishRefused = (code: number, said?: string): EztError =>
  new EztError('publishRefused', {
    reason: describeCode(code) + quote({ reasonString: said }),
    code: formatCode(code),
  });
