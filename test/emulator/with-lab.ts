import { mock } from 'node:test';
import { Lab, subscribe } from '../conformance/lab';
import type { RawClient } from '../conformance/raw-client';
import { emulatorSubject, type Running } from '../conformance/subjects';

/** Raw clients of an emulator that the suite shares, and a topic that no other test uses. */
export interface WithLab {
  readonly emulator: Running;
  readonly lab: Lab;
  readonly topic: string;
  /** A client that has subscribed to the topic, at QoS 1 unless it says otherwise. */
  subscriber(options?: { qos?: 0 | 1 | 2; nl?: boolean; rap?: boolean }): Promise<RawClient>;
  /** CONNECT with a session that outlives the connection. */
  kept(clientId: string, clean: boolean): ReturnType<Lab['connect']>;
}

export function withLab(): WithLab {
  let emulator: Running;
  let lab: Lab;
  before(async () => {
    emulator = await emulatorSubject();
  });
  beforeEach(() => {
    lab = new Lab(emulator);
  });
  afterEach(async () => {
    mock.restoreAll();
    await lab.close();
  });
  after(() => emulator.stop());
  return {
    get emulator() {
      return emulator;
    },
    get lab() {
      return lab;
    },
    get topic() {
      return lab.topic('attributes');
    },
    async subscriber(options = {}) {
      const client = await lab.client();
      await client.ask(subscribe([{ topic: lab.topic('attributes'), qos: 1, ...options }]));
      return client;
    },
    kept: (clientId, clean) => lab.connect({ clientId, clean, properties: { sessionExpiryInterval: 600 } }),
  };
}

export const texts = ({ messages }: RawClient) => messages.map(({ payload }) => payload.toString());
