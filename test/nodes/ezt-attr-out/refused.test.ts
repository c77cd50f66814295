import should from 'should';
import { deploy, nodeOf } from '../../support/flows';
import { needs } from '../../support/machine';
import { next, type Seen, statusOf } from '../../support/project';

import { LIMIT, withNode } from './with-node';

describe('ezt-attr-out', function () {
  needs(this, 'mosquitto');
  let errors: Seen[];
  const { flow, published } = withNode((_platform, recorded) => {
    errors = recorded;
  });

  const circular: Record<string, unknown> = { a: 1 };
  circular.self = circular;
  const deep = JSON.parse(`${'{"a":'.repeat(300)}1${'}'.repeat(300)}`);
  const payload = { a: 1 };
  const refused: [what: string, code: string, message: Record<string, unknown>][] = [
    ...['+', '#', 'a/b', '..', '.', '\0', '\u0007', '', 'x'.repeat(129), 'x'.repeat(70_000), '\ud800'].map(
      (device): [string, string, Record<string, unknown>] => [
        `device ${JSON.stringify(device.slice(0, 20))}, ${device.length} characters`,
        'EZT_DEVICE',
        { device, payload },
      ],
    ),
    ['no device', 'EZT_DEVICE', { payload }],
    ['a number as device', 'EZT_DEVICE', { device: 5, payload }],
    ['an object as device', 'EZT_DEVICE', { device: { toString: () => 'DU_1' }, payload }],
    ['an empty list of devices', 'EZT_DEVICE', { device: [], payload }],
    ['a list with one bad device', 'EZT_DEVICE', { device: ['DU_1', 'a/b'], payload }],
    ['text with one bad device', 'EZT_DEVICE', { device: 'DU_1,DU_2\u200b', payload }],
    ['two devices with a blank between them', 'EZT_DEVICE', { device: 'DU_1 DU_2', payload }],
    ['a list in a list', 'EZT_DEVICE', { device: [['DU_1']], payload }],
    ...[undefined, null, 5, 'text', true, [1], Buffer.from('{}'), new Date(), new Map([['a', 1]])].map(
      (value): [string, string, Record<string, unknown>] => [
        `payload ${Object.prototype.toString.call(value)}`,
        'EZT_PAYLOAD',
        { device: 'DU_1', payload: value },
      ],
    ),
    ['an empty object', 'EZT_PAYLOAD', { device: 'DU_1', payload: {} }],
    ['an object without a value', 'EZT_PAYLOAD', { device: 'DU_1', payload: { a: undefined } }],
    ...[Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, circular, deep, Buffer.of(1), new Date('x')].map(
      (value): [string, string, Record<string, unknown>] => [
        `a ${typeof value} that JSON cannot hold`,
        'EZT_PAYLOAD',
        { device: 'DU_1', payload: { a: [value] } },
      ],
    ),
    ['an attribute with a space', 'EZT_PAYLOAD', { device: 'DU_1', payload: { 'a b': 1 } }],
    ['an attribute with a Chinese name', 'EZT_PAYLOAD', { device: 'DU_1', payload: { 温度: 1 } }],
    ['an attribute without a name', 'EZT_PAYLOAD', { device: 'DU_1', payload: { '': 1 } }],
    ['more than the broker takes', 'EZT_PAYLOAD', { device: 'DU_1', payload: { a: 'x'.repeat(LIMIT) } }],
  ];
  for (const [what, code, message] of refused) {
    it(`refuses ${what}: ${code}, nothing sent, the connection stays`, async () => {
      await deploy(flow({}), 'nodes');
      const { connections } = (await statusOf('cloud')).counters;
      const caught = await next('errors', () => nodeOf('out').receive(message));
      should(caught.error?.code).equal(code);
      should(caught.error?.message).match(/\S/);
      errors.length.should.equal(1);
      errors.splice(0);
      should((await published({ device: 'DU_9', payload })).texts).deepEqual(['DU_9 {"a":1}']);
      should((await statusOf('cloud')).counters.connections).equal(connections);
    });
  }
});
