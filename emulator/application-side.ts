import { applicationAccess } from './access';
import { type Broker, createBroker, type Rules } from './broker';
import type { BrokerSettings } from './mqtt/settings';

export interface Credentials {
  projectKey: string;
  isSecret(typed: string): boolean;
}

/** Of what applications publish, what the platform itself reads. */
const LISTENED = /^open\/[^/]+\/[^/]+\/(attributes_push|command_send)$/;

/** The broker for applications: one user, the project. `received` gets the pushes and commands that they publish. */
export function createApplicationSide(
  { projectKey, isSecret }: Credentials,
  received: (topic: string, payload: Buffer) => void,
  settings?: Partial<BrokerSettings>,
): Broker {
  const mayUse = applicationAccess(projectKey);
  const rules: Rules = {
    login(username, password) {
      if (username !== projectKey) return 'unknown';
      return isSecret(password) ? 'welcome' : 'wrong';
    },
    mayPublish: (_username, topic) => mayUse(topic),
    maySubscribe: (_username, filter) => mayUse(filter),
    listens: (topic) => LISTENED.test(topic),
    received: (_username, topic, payload) => received(topic, payload),
  };
  return createBroker(rules, settings);
}
