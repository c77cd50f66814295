import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import should from 'should';
import { CHILD, type Ports, type ToChild } from '../../emulator/child-messages';
import { killAtEnd, temporaryDirectory } from '../support/cleanup';
import { needs } from '../support/machine';

describe('the emulator as a child process', function () {
  this.timeout(60_000);

  async function start() {
    const child = killAtEnd(fork(resolve(__dirname, '../../emulator/bin.js'), [CHILD], { execArgv: [] }));
    const send = (message: ToChild) => child.send(message);
    send({ do: 'start', directory: temporaryDirectory('child'), secrets: [] });
    const [message] = await once(child, 'message');
    should(message).have.property('is', 'running');
    return { child, send, ports: message as Ports, ended: once(child, 'exit') };
  }

  it('leaves the signals that a terminal or a service manager sends to all processes to its parent', async function () {
    needs(this, 'linux');
    const { child, send, ended } = await start();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) child.kill(signal);
    send({ do: 'stop' });
    should(await ended).eql([0, null]);
  });

  it('listens on the loopback only', async function () {
    needs(this, 'linux');
    const { child, ports } = await start();
    const listening = ['tcp', 'tcp6'].flatMap((file) =>
      readFileSync(`/proc/${child.pid}/net/${file}`, 'utf8')
        .split('\n')
        .flatMap((line) => {
          const [, local = '', , state] = line.trim().split(/\s+/);
          const [address, port] = local.split(':');
          const isOurs = [ports.port, ports.wssPort].includes(Number.parseInt(port ?? '', 16));
          return state === '0A' && isOurs ? [address] : [];
        }),
    );
    should(listening).eql(['0100007F', '0100007F']);
    child.disconnect();
  });

  it('ends with its parent', async () => {
    const { child, ended } = await start();
    child.disconnect();
    should(await ended).eql([0, null]);
  });
});
