import fc from 'fast-check';
import should from 'should';
import { readProxyAnswer } from '../../../cloud/transport/proxy-answer';

const read = (text: string) => readProxyAnswer(Buffer.from(text, 'latin1'));

describe("a proxy's answer to CONNECT", () => {
  for (const [text, expected] of [
    ['HTTP/1.1 200 Connection established\r\n\r\n', { status: 200 }],
    ['HTTP/1.0 200\r\n\r\n', { status: 200 }],
    ['HTTP/1.1 299 \r\nX: y\r\n\r\n', { status: 299 }],
    ['HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n<html>', { status: 407 }],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', { status: 200 }],
    ['', undefined],
    ['HTT', undefined],
    ['HTTP/1.1 200 OK\r\n', undefined],
    ['HTTP/1.1 100 Continue\r\n\r\n', undefined],
    ['HTTP/1.1 200 OK\r\n\r\nX', 'sent more than its answer'],
    ['SSH-2.0', 'does not answer in HTTP'],
    ['\u0016\u0003\u0001', 'does not answer in HTTP'],
    ['HTTP/2 200\r\n\r\n', 'does not answer in HTTP'],
    ['HTTP/1.1 2000 OK\r\n\r\n', 'does not answer in HTTP'],
    ['HTTP/1.1 OK\r\n\r\n', 'does not answer in HTTP'],
    [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, 'answered with an endless header'],
    [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 'answered with an endless header'],
    ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(20_000), 'answered with an endless header'],
  ] as const) {
    it(`${JSON.stringify(text.slice(0, 60))} is ${JSON.stringify(expected)}`, () =>
      should(read(text)).deepEqual(expected));
  }

  it('is the same in whatever pieces it comes, and nothing is read into its beginning', () => {
    const whole = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nVia: x\r\n\r\n';
    for (let length = 0; length < whole.length; length += 1)
      should(read(whole.slice(0, length))).equal(undefined);
    should(read(whole)).deepEqual({ status: 503 });
  });

  it('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void readProxyAnswer(Buffer.from(bytes))),
    );
  });
});
