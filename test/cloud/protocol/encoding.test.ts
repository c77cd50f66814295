import fc from 'fast-check';
import should from 'should';
import { checkCommand, encodeCommand, wholeCommand } from '../../../cloud/protocol/encoding';
import { foreign } from './foreign';
import { NOT_JSON, refuses, revoked } from './not-json';

describe('encoding', () => {
  describe('a command', () => {
    it('has method, params and id', () => {
      checkCommand('reboot', { in: 5 }, 7).should.eql({ method: 'reboot', params: { in: 5 }, id: 7 });
      checkCommand('reboot', undefined, undefined).should.eql({ method: 'reboot', params: {} });
      JSON.stringify(checkCommand('reboot', foreign('({ a: 1 })'), null)).should.equal(
        '{"method":"reboot","params":{"a":1}}',
      );
      encodeCommand({ method: 'a"b', params: {}, id: 1 })
        .toString()
        .should.equal('{"method":"a\\"b","params":{},"id":1}');
    });

    it('takes ids from 1 to 2³¹−1', () => {
      for (const id of [1, 2 ** 31 - 1]) checkCommand('m', {}, id).should.have.property('id', id);
      for (const id of [
        0,
        -1,
        2 ** 31,
        1.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        '7',
        '',
        true,
        {},
        [7],
        7n,
      ]) {
        refuses(() => checkCommand('m', {}, id), 'idInvalid');
      }
    });

    it('refuses a method that is no text or empty', () => {
      for (const method of [undefined, null, '', 5, true, {}, ['m']])
        refuses(() => checkCommand(method, {}, 1), 'methodInvalid');
    });

    const paramsOf = (params: unknown) => {
      const command = encodeCommand({ ...checkCommand('m', params), id: 1 });
      return JSON.stringify(JSON.parse(command.toString()).params);
    };

    it('takes any JSON value as params', () => {
      fc.assert(
        fc.property(
          fc.jsonValue().filter((value) => value !== null),
          (value) => void paramsOf(value).should.equal(JSON.stringify(value)),
        ),
      );
      paramsOf(new Date(0)).should.equal('"1970-01-01T00:00:00.000Z"');
    });

    it('makes {} of null and of nothing', () => {
      for (const none of [null, undefined, { toJSON: () => undefined }]) paramsOf(none).should.equal('{}');
    });

    for (const [what, value, reason] of NOT_JSON) {
      it(`refuses ${what} as params and among them`, () => {
        refuses(() => encodeCommand({ method: 'm', params: value, id: 1 }), reason);
        refuses(() => encodeCommand({ method: 'm', params: { a: value }, id: 1 }), reason);
      });
    }

    it('names the key among params', () => {
      should(() => encodeCommand({ method: 'm', params: { a: [5n] }, id: 1 })).throw(/"params\.a\[0\]"/);
      should(() => encodeCommand({ method: 'm', params: Number.NaN, id: 1 })).throw(/"params" is NaN/);
    });
  });

  describe('a whole command', () => {
    const whole: unknown[] = [
      { method: 'm' },
      { method: 'm', params: 5 },
      { method: 'm', params: {}, id: 1 },
      { id: 'x', method: '' },
      foreign("({ method: 'm', params: [1] })"),
      Object.assign(Object.create(null), { method: 'm' }),
    ];
    for (const payload of whole) {
      it(`is ${JSON.stringify(payload)}`, () => {
        should(JSON.stringify(wholeCommand(payload))).equal(
          JSON.stringify({ method: undefined, params: undefined, id: undefined, ...Object(payload) }),
        );
      });
    }

    const other: unknown[] = [
      undefined,
      null,
      'm',
      '{"method":"m"}',
      {},
      { method: 5 },
      { params: {} },
      { method: 'm', params: {}, id: 1, extra: 1 },
      { method: 'm', type: 'x' },
      [{ method: 'm' }],
      new Map([['method', 'm']]),
    ];
    for (const payload of other) {
      it(`is not ${JSON.stringify(payload)}`, () => should(wholeCommand(payload)).be.undefined());
    }

    it('cannot be told of a Proxy that throws', () =>
      refuses(() => wholeCommand(revoked.proxy), 'payloadNotJson'));
  });
});
