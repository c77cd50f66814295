import { applicationAccess } from './access';
import { type Broker, createBroker } from './broker';

export interface Credentials {
  projectKey: string;
  isSecret(typed: string): boolean;
}

/** The broker for applications: one user, the project. `received` gets what they publish. */
export function createApplicationSide(
  { projectKey, isSecret }: Credentials,
  received: (topic: string, payload: Buffer) => void,
): Promise<Broker> {
  const mayUse = applicationAccess(projectKey);
  return createBroker({
    login: (username, password) => username === projectKey && isSecret(password),
    mayPublish: (_username, topic) => mayUse(topic),
    maySubscribe: (_username, filter) => mayUse(filter),
    received: (_username, topic, payload) => received(topic, payload),
  });
}
