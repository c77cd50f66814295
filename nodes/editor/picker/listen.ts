import type { UsesProject } from '../aliases';
import { fieldText } from '../form';
import { isRecord } from '../records';

/** Listening to everything of a project for a while, for one open form. */
export interface Listen {
  /** Why it could not begin, in the user's language. */
  readonly problem: string;
  /** Begins, or joins what has begun. Never rejects. */
  start(): Promise<void>;
  /** The form does not need it any more. */
  stop(): Promise<void>;
}

export function createListen(node: UsesProject): Listen {
  const asker = `${node.id}-${Math.random().toString(36).slice(2)}`;
  /** The project that was asked, while it may be listening. */
  let asked = '';
  let problem = '';

  const post = (cloud: string, body: object): Promise<unknown> =>
    Promise.resolve(
      $.ajax({
        url: `eztcloud/${encodeURIComponent(cloud)}/listen`,
        method: 'POST',
        contentType: 'application/json',
        data: JSON.stringify({ asker, ...body }),
      }),
    );

  return {
    get problem() {
      return problem;
    },
    async start() {
      const cloud = fieldText(node, 'cloud') ?? '';
      problem = '';
      try {
        await post(cloud, {});
        asked = cloud;
      } catch (error) {
        problem = sentence(node, error);
      }
    },
    async stop() {
      const cloud = asked;
      asked = '';
      if (cloud === '') return;
      try {
        await post(cloud, { stop: true });
      } catch (error) {
        console.debug('EZtCloud: it stops listening by itself', error);
      }
    },
  };
}

function sentence(node: UsesProject, error: unknown): string {
  const { status, responseJSON }: Record<string, unknown> = isRecord(error) ? error : {};
  if (status === 409) return node._('eztcloud.picker.listenGrouped');
  if (status === 401 || status === 403) return node._('eztcloud.picker.listenNotAllowed');
  const said = isRecord(responseJSON) ? responseJSON.error : undefined;
  return typeof said === 'string' ? said : node._('eztcloud.picker.empty.noAnswer');
}
