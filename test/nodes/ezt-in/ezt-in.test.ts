import should from 'should';
import { collect } from '../../support/events';
import { loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import type { Mosquitto } from '../../support/mosquitto';
import { credentials, next, palette, project, ready, type Seen, tab } from '../../support/project';
import { type Device, withPlatform } from './with-platform';

describe('ezt-in: what it sends', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  let device: Device;

  withPlatform((started, sender) => {
    broker = started;
    device = sender;
  });
  afterEach(unload);

  async function listen(properties: Record<string, unknown>): Promise<void> {
    const flow = [...tab(), ...project(broker), ...palette('ezt-in', 'in', properties)];
    await loadFlow(flow, { credentials: credentials(broker) });
    await ready('in');
  }

  const event = { method: 'pressed', params: { key: 3 } };
  const reply = { method: 'reset', params: { done: true }, id: 7 };
  const bytes = Buffer.from([0, 255, 1]);
  /** type, what the device sent, payload as `message`, payload as `value`, further fields. */
  const rows: [type: string, sent: unknown, message: unknown, value: unknown, fields: object][] = [
    ['attributes', { t: 1 }, { t: 1 }, 1, {}],
    ['event_report', event, event, event.params, { event: 'pressed' }],
    ['command_reply', reply, reply, reply.params, { command: 'reset', id: 7 }],
    ['data', bytes, bytes, bytes, { stream: 's1' }],
    ['alarm', { alerting: true, level: 2 }, { alerting: true, level: 2 }, true, {}],
    ['online', { online: false, ip: 'x' }, { online: false, ip: 'x' }, false, {}],
  ];

  for (const output of ['message', 'value'] as const) {
    it(`all six types, as ${output}, with every field and no other`, async () => {
      await listen({ types: [], output });
      for (const [type, sent, message, value, fields] of rows) {
        const suffix = `DU_1/${type}${type === 'data' ? '/s1' : ''}`;
        const before = Date.now();
        const seen = await next('in.got', () => device(suffix, sent));
        const { timestamp, _msgid, parts, ...rest } = seen;
        should(timestamp).be.a.Number().within(before, Date.now());
        _msgid.should.be.a.String();
        const attribute = type === 'attributes' && output === 'value' ? { attribute: 't' } : {};
        should(parts !== undefined).equal('attribute' in attribute);
        rest.should.deepEqual({
          topic: `open/${broker.key}/${suffix}`,
          device: 'DU_1',
          project: broker.endpoint,
          type,
          payload: output === 'message' ? message : value,
          qos: 1,
          retain: false,
          ...fields,
          ...attribute,
        });
      }
    });
  }

  it('has the defaults of the contract where a property is absent', async () => {
    await listen({});
    const first = next('in.got', () => device('DU_9/attributes', { b: 2, a: [1] }));
    await device('DU_9/online', { online: true });
    const seen = await first;
    should(seen.type).equal('attributes');
    should(seen.payload).deepEqual({ b: 2, a: [1] });
    should(seen.qos).equal(1);
  });

  const json = Buffer.from('{"n":1}');
  const text = Buffer.from('Grüße');
  const odd = Buffer.from([0xff, 0xfe]);
  const formats: [format: string, sent: Buffer, payload: unknown][] = [
    ['buffer', json, json],
    ['text', text, 'Grüße'],
    ['json', json, { n: 1 }],
    ['json', Buffer.from('5'), 5],
    ['json', Buffer.from('null'), null],
    ['hex', odd, 'fffe'],
    ['base64', odd, '//4='],
    ['auto', json, { n: 1 }],
    ['auto', text, 'Grüße'],
    ['auto', odd, odd],
    ['text', Buffer.alloc(0), ''],
    ['buffer', Buffer.alloc(0), Buffer.alloc(0)],
  ];
  for (const [dataFormat, sent, payload] of formats) {
    it(`data as ${dataFormat}: ${sent.toString('hex') || 'nothing'}`, async () => {
      await listen({ types: ['data'], dataFormat });
      const seen = await next('in.got', () => device('DU_1/data/s1', sent));
      should(Buffer.isBuffer(seen.payload)).equal(Buffer.isBuffer(payload));
      should(seen.payload).deepEqual(payload);
    });
  }

  it('qos and retain as received', async () => {
    await device('DU_1/attributes', { kept: 1 }, { retain: true });
    await loadFlow(
      [...tab(), ...project(broker), ...palette('ezt-in', 'in', { qos: 2, devices: ['DU_1'] })],
      {
        credentials: credentials(broker),
      },
    );
    const [kept] = await collect<Seen>(nodeOf('in.got'), 1);
    should(kept).containEql({ qos: 1, retain: true, payload: { kept: 1 } });
    for (const qos of [0, 1, 2] as const) {
      const seen = await next('in.got', () => device('DU_1/attributes', { qos }, { qos }));
      should(seen).containEql({ qos, retain: false, payload: { qos } });
    }
    await device('DU_1/attributes', '', { retain: true });
  });

  it('asks for the QoS that it is set to', async () => {
    await listen({ qos: 0 });
    const seen = await next('in.got', () => device('DU_1/attributes', { q: 1 }, { qos: 2 }));
    should(seen.qos).equal(0);
  });
});
