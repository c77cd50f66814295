import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { closeAll } from './harness';

/** Gives each test of the suite a scripted broker of its own, and ends it with all its clients afterwards. */
export function withBroker(give: (broker: ScriptedBroker) => void): void {
  let broker: ScriptedBroker;
  beforeEach(async () => {
    broker = await startScriptedBroker();
    give(broker);
  });
  afterEach(async () => {
    await closeAll();
    await broker.stop();
  });
}
