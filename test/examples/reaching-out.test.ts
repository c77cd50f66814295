import { connectAsync, type MqttClient } from 'mqtt';
import should from 'should';
import type { Emulator } from '../../emulator/emulator';
import { type Comms, listen } from '../support/comms';
import { environment, startFastEmulator } from '../support/emulator';
import { until } from '../support/events';
import { example, named } from '../support/examples';
import { type Influx, startInflux } from '../support/influx';
import { needs } from '../support/machine';
import { type NodeRed, startNodeRed } from '../support/node-red';
import { EXPECTED, withChanges } from './expected';
import { installed } from './packages';

/** Text that breaks out of whatever does not escape it. */
const HOSTILE = `a "b" \\ c, d=e\n'); DROP TABLE readings; -- 温度 \\`;

describe('examples that reach out of Node-RED', function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let influx: Influx;
  let red: NodeRed;
  let comms: Comms;
  let application: MqttClient;
  before(async () => {
    emulator = await startFastEmulator();
    influx = await startInflux();
    const env = {
      ...environment(emulator),
      INFLUX_URL: influx.url,
      INFLUX_TOKEN: 'to:ken',
      INFLUX_ORG: 'a&b',
    };
    red = await startNodeRed({ env, packages: installed() });
    comms = await listen(red.url);
    application = await connectAsync(emulator.endpoint, {
      ca: emulator.ca,
      username: emulator.projectKey,
      password: emulator.projectSecret,
    });
  });
  after(async () => {
    comms?.close();
    await application?.endAsync(true);
    await red?.stop();
    await influx?.stop();
    await emulator?.stop();
  });

  /** Resolves when the flow hears the devices. */
  const deploy = async (file: string) => {
    await red.deploy(withChanges(example(file), EXPECTED[file]?.changes ?? {}));
    const deployed = Date.now();
    const heard = async () => {
      const response = await red.request('/eztcloud/e27c10d000000001/devices');
      const devices = (await response.json()) as { device: string; lastSeen: number }[];
      return devices.some(({ device, lastSeen }) => device === 'DU_thermostat' && lastSeen > deployed);
    };
    await until(heard, 10_000, 'what the thermostat reports');
  };
  /** What the camera reports, as the emulator's devices could not. */
  const report = (attributes: object) =>
    application.publishAsync(
      `open/${emulator.projectKey}/DU_camera0001/attributes`,
      JSON.stringify(attributes),
      { qos: 1 },
    );

  describe('last-value-by-http.json', () => {
    before(() => deploy('last-value-by-http.json'));
    const get = async (path: string) => {
      const response = await red.request(path);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };

    it('answers with the last values of a device', async () => {
      const { status, body } = await get('/devices/DU_thermostat');
      should(status).equal(200);
      should(body).containDeep({ device: 'DU_thermostat', known: true });
      should(body.attributes).have.property('temperature').which.is.a.Number();
    });

    it('answers 404 for a device that is not known, 400 for what is no device', async () => {
      should(await get('/devices/DU_nobody0001')).deepEqual({
        status: 404,
        body: { device: 'DU_nobody0001', known: false },
      });
      should(await get('/devices/a%2Bb')).deepEqual({ status: 400, body: { error: 'EZT_DEVICE' } });
    });

    it('answers with all devices that are online', async () => {
      const { status, body } = await get('/devices');
      should(status).equal(200);
      should(body).be.an.Array();
      for (const device of Object.values(body)) should(device).containDeep({ known: true, online: true });
    });
  });

  describe('attributes-to-influxdb.json', () => {
    before(() => deploy('attributes-to-influxdb.json'));

    it('writes what devices report, to the bucket and with the token of the environment', async () => {
      const { fields, tags, time } = await until(
        () => influx.points.find((point) => point.tags.device === 'DU_thermostat'),
        5000,
        'a point of the thermostat',
      );
      tags.should.deepEqual({ device: 'DU_thermostat' });
      should(fields.temperature).be.a.Number();
      should(fields.relay).be.a.Boolean();
      should(Math.abs(time - Date.now())).be.below(60_000);
      influx.last.should.deepEqual({
        query: { org: 'a&b', bucket: 'eztcloud', precision: 'ms' },
        authorization: 'Token to:ken',
      });
    });

    it('keeps every value as it is, whatever it holds', async () => {
      const values = { label: HOSTILE, big: 12345678901234, small: 1.5e-7, list: [1, 'a"b'], none: null };
      await report(values);
      const { fields } = await until(
        () => influx.points.find((point) => point.fields.label !== undefined),
        5000,
        'the point',
      );
      fields.should.deepEqual({
        label: HOSTILE,
        big: 12345678901234,
        small: 1.5e-7,
        list: JSON.stringify([1, 'a"b']),
      });
      influx.refused.should.deepEqual([]);
    });
  });

  describe('attributes-to-sqlite.json', function () {
    needs(this, 'node-red-node-sqlite');
    const file = 'attributes-to-sqlite.json';
    before(() => deploy(file));

    it('keeps every value as it is, and never as a part of the statement', async () => {
      await report({ temperature: HOSTILE });
      const { id } = named(example(file), 'rows');
      const row = JSON.stringify({ device: 'DU_camera0001', value: HOSTILE }).slice(0, -1);
      await comms.next(id, ({ msg }) => msg.includes(row));
    });

    it('runs into no error', () => {
      should(comms.messages.filter(({ level }) => level !== undefined)).deepEqual([]);
    });
  });
});
