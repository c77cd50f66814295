import should from 'should';
import { parseEndpoint } from '../../../cloud/protocol/endpoint';
import { openStream } from '../../../cloud/transport/streams';
import { until } from '../../support/events';
import { freePort } from '../../support/ports';
import { startScriptedBroker } from '../../support/scripted-broker';
import { bytesOf } from './channel';

describe('transport: streams', () => {
  const CONNECT = bytesOf({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clientId: 'raw',
    clean: true,
    keepalive: 0,
  });

  for (const transport of ['mqtts', 'wss'] as const) {
    it(`${transport}: bytes reach the broker and come back, however large the answer; the end is seen`, async () => {
      const broker = await startScriptedBroker({ transport });
      const stream = openStream({ endpoint: parseEndpoint(broker.endpoint), tls: { ca: broker.ca } });
      try {
        let bytes = 0;
        stream.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        stream.write(CONNECT);
        should((await broker.packet('connect')).clientId).equal('raw');
        broker.current.raw(Buffer.alloc(1_000_000));
        const closed = new Promise((resolve) => stream.once('close', resolve));
        await until(() => bytes >= 1_000_000, 5000, 'the bytes');
        broker.current.destroy();
        await closed;
      } finally {
        stream.destroy();
        await broker.stop();
      }
    });

    it(`${transport}: a failure is an error of the stream, never thrown`, async () => {
      const closed = parseEndpoint(`${transport}://127.0.0.1:${await freePort()}`);
      for (const tls of [
        {},
        { ca: '-----BEGIN CERTIFICATE-----\nbroken' },
        { minVersion: 'TLSv9' as 'TLSv1.2' },
      ]) {
        const stream = openStream({ endpoint: closed, tls });
        const error = await new Promise((resolve) => stream.on('error', resolve));
        should(error).be.instanceOf(Error);
        stream.destroy();
      }
    });
  }
});
