import should from 'should';
import type { OutPreview } from '../../../nodes/preview/out-preview';
import { admin } from '../../support/flows';
import { next, palette, project, tab } from '../../support/project';
import { withScripted } from '../ezt-in/with-scripted';

type Answer = OutPreview & { problem?: { code: string; reason: string } };

describe('preview of the out nodes', () => {
  const stage = withScripted();
  const flow = (broker: { endpoint: string }) => [
    ...tab(),
    ...project(broker, {
      aliases: { DU_1: { name: 'Pump 1', tags: ['north'] }, DU_2: { name: '', tags: ['north'] } },
    }),
    ...palette('ezt-in', 'in', { types: [] }),
  ];
  const ask = async (type: string, properties: object, values: object = {}): Promise<Answer> => {
    const response = await admin('/eztcloud/cloud/preview', { type, id: 'new', ...properties, values });
    const text = await response.text();
    should([response.status, text.length < 32_000]).eql([200, true]);
    return JSON.parse(text);
  };
  const push = (properties: object, values?: object) => ask('ezt-attr-out', properties, values);
  const command = (properties: object, values?: object) => ask('ezt-command-out', properties, values);
  beforeEach(() => stage.load(flow, 'in'));

  it('says what comes from the message, and what has to be typed to try it', async () => {
    should(await push({ device: '', attribute: '' })).eql({
      asks: { device: true, command: false, value: 'msg.payload' },
      devices: [],
      deviceCount: 0,
      topic: 'open/PR_scripted/‹msg.device›/attributes_push',
      json: '‹msg.payload›',
      ready: false,
    });
    const { asks, json, ready } = await command({ params: 'settings.led', paramsType: 'msg' });
    should(asks).eql({ device: true, command: true, value: 'msg.settings.led' });
    should(json).equal('{\n  "method": ‹msg.command›,\n  "params": ‹msg.settings.led›,\n  "id": ‹id›\n}');
    should(ready).be.false();
  });

  it('names the devices that alias and tag mean', async () => {
    const { devices, deviceCount, topic } = await push({ device: '#north', attribute: 'led' });
    should(devices).eql([{ device: 'DU_1', name: 'Pump 1' }, { device: 'DU_2' }]);
    should([deviceCount, topic]).eql([2, 'open/PR_scripted/DU_1/attributes_push']);
    const many = Array.from({ length: 30 }, (_, i) => `DU_${i}`).join();
    const shown = await push({ device: many, attribute: 'led' });
    should([shown.devices.length, shown.deviceCount]).eql([20, 30]);
  });

  it('has the last known value as an example, and what is typed instead of it', async () => {
    await next('in.got', () => stage.report('DU_1/attributes', { led: false, t: 20, u: 1, v: 2 }));
    const known = await push({ device: 'DU_1', attribute: 'led' });
    should(known).containEql({ json: '{\n  "led": false\n}', ready: false, example: 'false' });
    should((await push({ device: 'DU_1' })).example).equal('{"led":false,"t":20,"u":1}');
    should((await push({ device: 'DU_1', attribute: 'new' })).json).equal('{\n  "new": ‹msg.payload›\n}');
    const typed = await push({ device: 'DU_1', attribute: 'led' }, { value: true });
    should(typed).containEql({ json: '{\n  "led": true\n}', ready: true });
    should(typed.example).be.undefined();
  });

  it('shows a command as it will go out; its id is made when it does', async () => {
    const made = await command({ device: 'DU_1', method: 'reboot', paramsType: 'json', params: '{"in": 3}' });
    should(made.ready).be.true();
    should(made.json).equal('{\n  "method": "reboot",\n  "params": {\n    "in": 3\n  },\n  "id": ‹id›\n}');
    should(made.asks.value).be.undefined();
    const whole = await command({ device: 'DU_1' }, { value: { method: 'm', id: 5 } });
    should(whole.json).equal('{\n  "method": "m",\n  "params": {},\n  "id": 5\n}');
    for (const [paramsType, params, place] of [
      ['flow', 'a', 'flow.a'],
      ['env', 'PATH', `\${PATH}`],
      ['jsonata', '$env("PATH")', '$env("PATH")'],
    ] as const) {
      const { json } = await command({ device: 'DU_1', method: 'm', paramsType, params }, { value: 1 });
      should(json).containEql(`"params": ‹${place}›`);
    }
  });

  it('what is wrong with it, as the node would say', async () => {
    for (const [given, code] of [
      [push({ device: 'a/b' }), 'EZT_DEVICE'],
      [push({ device: '#south' }), 'EZT_DEVICE'],
      [push({ device: 'DU_1', attribute: 'te mp' }), 'EZT_PAYLOAD'],
      [push({ device: 'DU_1' }, { value: [1] }), 'EZT_PAYLOAD'],
      [push({ device: 'DU_1' }, { value: '{"a":1}' }), 'EZT_PAYLOAD'],
      [push({ device: 'DU_1', keep: 'some' }), 'EZT_CONFIG'],
      [command({ device: 'DU_1', method: 'm', paramsType: 'json', params: '{' }), 'EZT_PAYLOAD'],
      [command({ device: 'DU_1' }, { value: { method: 'm', id: -1 } }), 'EZT_PAYLOAD'],
      [command({ device: 'DU_1', timeout: 'soon' }), 'EZT_CONFIG'],
    ] as const)
      should((await given).problem?.code).equal(code);
  });

  it('a value of 1 MB is cut', async () => {
    const { json, ready } = await push({ device: 'DU_1' }, { value: { a: 'x'.repeat(1_000_000), b: 1 } });
    should([json.length < 2_000, ready]).eql([true, true]);
  });
});
