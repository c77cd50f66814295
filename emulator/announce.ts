// Loaded into Node-RED by `npm start`: tells it, in no language, when flows run and the editor can be opened; and
// ends Node-RED when `npm start` is gone without having ended it.
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
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
