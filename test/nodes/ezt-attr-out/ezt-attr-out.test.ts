import type { MqttClient } from 'mqtt';
import should from 'should';
import { deploy, nodeOf } from '../../support/flows';
import { needs } from '../../support/machine';
import { next } from '../../support/project';

import { withNode } from './with-node';

class Row {
  a = 1;
  b = undefined;
  at = new Date(0);
}

describe('ezt-attr-out', function () {
  needs(this, 'mosquitto');
  let platform: MqttClient;
  const { flow, published } = withNode((started) => {
    platform = started;
  });

  const objects: [
    what: string,
    properties: Record<string, unknown>,
    message: Record<string, unknown>,
    texts: string[],
  ][] = [
    ['an object', {}, { device: 'DU_1', payload: { b: 2, a: [null] } }, ['DU_1 {"b":2,"a":[null]}']],
    ['the value of a named attribute', { attribute: 't' }, { device: 'DU_1', payload: 0 }, ['DU_1 {"t":0}']],
    [
      'a row of a database, without what is undefined',
      {},
      { device: 'DU_1', payload: new Row() },
      ['DU_1 {"a":1,"at":"1970-01-01T00:00:00.000Z"}'],
    ],
    ['null as a value', { attribute: 't' }, { device: 'DU_1', payload: null }, ['DU_1 {"t":null}']],
    ['an object as a value', { attribute: 't' }, { device: 'DU_1', payload: {} }, ['DU_1 {"t":{}}']],
    [
      "the node's device before the message's",
      { device: 'DU_2' },
      { device: 'DU_1', payload: { a: 1 } },
      ['DU_2 {"a":1}'],
    ],
    [
      'a list of devices: one publish each',
      {},
      { device: ['DU_1', 'DU_2', 'DU_3'], payload: { a: 1 } },
      ['DU_1 {"a":1}', 'DU_2 {"a":1}', 'DU_3 {"a":1}'],
    ],
    [
      'text that names several devices: one publish each',
      {},
      { device: 'DU_1 , DU_2；DU_3\r\n', payload: { a: 1 } },
      ['DU_1 {"a":1}', 'DU_2 {"a":1}', 'DU_3 {"a":1}'],
    ],
    [
      'several devices of the node',
      { device: 'DU_1、DU_2' },
      { payload: { a: 1 } },
      ['DU_1 {"a":1}', 'DU_2 {"a":1}'],
    ],
    [
      'other fields of the message do not travel',
      {},
      { device: 'DU_1', payload: { a: 1 }, topic: 'x', qos: 0 },
      ['DU_1 {"a":1}'],
    ],
    [
      'a device with unusual characters',
      {},
      { device: '设备$1', payload: { a: '值' } },
      ['设备$1 {"a":"值"}'],
    ],
  ];
  for (const [what, properties, message, texts] of objects) {
    it(`publishes ${what}`, async () => {
      await deploy(flow(properties), 'nodes');
      const { texts: got, qos } = await published(message, texts.length);
      should(got).deepEqual(texts);
      should(new Set(qos)).deepEqual(new Set([1]));
    });
  }

  for (const qos of [0, 1, 2]) {
    it(`publishes with QoS ${qos}`, async () => {
      await deploy(flow({ qos }), 'nodes');
      should((await published({ device: 'DU_1', payload: { a: 1 } })).qos).deepEqual([qos]);
    });
  }

  it('publishes an object of a Function node, made in another realm', async () => {
    const got = new Promise<string>((resolve) =>
      platform.once('message', (_topic, text) => resolve(`${text}`)),
    );
    await next('completed', () => nodeOf('shift').receive({}));
    should(await got).equal('{"a":"1970-01-01T00:00:00.000Z"}');
  });
});
