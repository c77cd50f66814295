// Loaded into Node-RED by `npm start`: tells it, in no language, when flows run and the editor can be opened; and
// ends Node-RED when `npm start` says so, or is gone without having said it.
import type { Server } from 'node:http';

interface NodeRed {
  readonly events: { once(event: 'flows:started', listener: () => void): void };
  readonly server: Server;
}

const red: NodeRed = require('node-red');
const tell = () => setImmediate(() => process.send?.('started')); // after the log's own line

red.events.once('flows:started', () => {
  if (red.server.listening) tell();
  else red.server.once('listening', tell);
});

/** As on a signal. Not by one: on Windows it would end at once, without closing its flows. */
function stop(): void {
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(); // it is still loading
}
process.on('message', (message) => {
  if (message === 'stop') stop();
});
process.once('disconnect', stop);
