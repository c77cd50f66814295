import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import should from 'should';
import { CHILD, type ToChild } from '../../emulator/child-messages';
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
    return { child, send, ended: once(child, 'exit') };
  }

  it('leaves the signals that a terminal or a service manager sends to all processes to its parent', async function () {
    needs(this, 'linux');
    const { child, send, ended } = await start();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) child.kill(signal);
    send({ do: 'stop' });
    should(await ended).eql([0, null]);
  });

  it('ends with its parent', async () => {
    const { child, ended } = await start();
    child.disconnect();
    should(await ended).eql([0, null]);
  });
});
