import should from 'should';
import { deploy, loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { credentials, next, palette, project, ready, record, tab } from '../../support/project';

describe('ezt-attr-out: what it passes on', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  const flow = (properties: Record<string, unknown>) => [
    ...tab('out'),
    ...project(broker),
    ...palette('ezt-attr-out', 'out', properties),
  ];

  before(async () => {
    broker = await startMosquitto();
    await loadFlow(flow({}), { credentials: credentials(broker) });
    await ready('out');
  });
  after(async () => {
    await unload();
    await broker.stop();
  });

  const onward: [what: string, properties: Record<string, unknown>, device: unknown, after: unknown][] = [
    ['the device of the message', {}, 'DU_1', 'DU_1'],
    ['the device of the node', { device: 'DU_2' }, 'DU_1', 'DU_2'],
    ['the list of the message', {}, ['DU_1', 'DU_2'], ['DU_1', 'DU_2']],
  ];
  for (const [what, properties, device, after] of onward) {
    it(`passes the message on, unchanged but for msg.device: ${what}`, async () => {
      await deploy(flow(properties), 'nodes');
      const payload = { a: 1, b: undefined };
      const given = { payload, device, topic: 't', id: 5, method: 'GET', parts: { index: 1 }, _msgid: 'x' };
      const got = await next('out.got', () => nodeOf('out').receive(given));
      should(got).deepEqual({ ...given, device: after });
      should(got.payload).equal(payload);
    });
  }

  it('passes nothing on that was refused', async () => {
    await deploy(flow({}), 'nodes');
    const got = record('out.got');
    await next('errors', () => nodeOf('out').receive({ device: 'DU_1', payload: 5 }));
    await next('out.got', () => nodeOf('out').receive({ device: 'DU_1', payload: { a: 1 } }));
    should(got.length).equal(1);
  });
});
