import should from 'should';
import { collect } from '../../support/events';
import { nodeOf } from '../../support/flows';
import { palette, project, type Seen, tab } from '../../support/project';
import { withScripted } from './with-scripted';

describe('ezt-in: msg.topic', () => {
  const it_ = withScripted();
  const { load, report } = it_;

  /** The topics of one message of every type, by the node's properties. */
  async function topics(properties: object) {
    const node = palette('ezt-in', 'in', { types: [], dataFormat: 'json', ...properties });
    await load((broker) => [...tab(), ...project(broker), ...node], 'in');
    const got = collect<Seen>(nodeOf('in.got'), 7);
    report('DU_1/attributes', { t: 20, h: 50 });
    report('DU_1/event_report', { method: 'm' });
    report('DU_1/command_reply', { id: 1 });
    report('DU_1/data/s', 1);
    report('DU_1/alarm', { alerting: true });
    report('DU_1/online', { online: true });
    report('DU_2/online', { online: true });
    const malformed = collect<Seen>(nodeOf('errors'), 1);
    if ('output' in properties) report('DU_1/alarm', 'malformed');
    else report('DU_1/alarm', { alerting: true });
    const messages = await got;
    if ('output' in properties) should((await malformed)[0]?.topic).equal('open/PR_scripted/DU_1/alarm');
    else malformed.catch(() => undefined);
    return messages.map(({ topic }) => topic);
  }

  for (const properties of [{}, { topic: 'mqtt' }]) {
    it(`is the MQTT topic with ${JSON.stringify(properties)}`, async () => {
      should(await topics(properties)).eql(
        [
          'DU_1/attributes',
          'DU_1/event_report',
          'DU_1/command_reply',
          'DU_1/data/s',
          'DU_1/alarm',
          'DU_1/online',
          'DU_2/online',
        ].map((suffix) => `open/PR_scripted/${suffix}`),
      );
    });
  }

  it('is the device, also for values', async () => {
    should(await topics({ topic: 'device', output: 'value' })).eql(Array(7).fill('DU_1'));
  });

  it('is device and attribute for values; everything else is kept apart, too', async () => {
    should(await topics({ topic: 'attribute', output: 'value' })).eql([
      'DU_1/t',
      'DU_1/h',
      'DU_1/event_report',
      'DU_1/command_reply',
      'DU_1/data/s',
      'DU_1/alarm',
      'DU_1/online',
    ]);
  });

  it('is device and type for whole messages', async () => {
    should((await topics({ topic: 'attribute', output: 'message' })).slice(0, 2)).eql([
      'DU_1/attributes',
      'DU_1/event_report',
    ]);
  });
});
