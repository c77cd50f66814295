import 'should';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

type Validate = (this: unknown, value: unknown, options: { label?: string }) => unknown;
interface Property {
  value: unknown;
  type?: string;
  required?: boolean;
  validate?: Validate;
}
export interface Definition {
  category: string;
  icon: string;
  inputs?: number;
  outputs?: number;
  defaults: Record<string, Property>;
  credentials?: Record<string, { type: string; validate?: Validate }>;
  label(this: unknown): string;
}

/** The projects of the workspace, by id. */
const PROJECTS: Record<string, object> = {
  pumps: {
    aliases: {
      DU_1: { name: 'Pump 1', tags: ['north'] },
      DU_2: { name: 'Pump 2, hall 3', tags: ['north', 'south'] },
      DU_3: { name: 'Twin', tags: [] },
      DU_4: { name: 'Twin', tags: [] },
    },
  },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
  variable: { aliases: '${ALIASES}' },
  broken: { aliases: { DU_1: { name: 5 } } },
};

/** The definitions that the built editor script registers, as Node-RED would receive them. */
function registered(): Map<string, Definition> {
  const html = readFileSync('dist/nodes/eztcloud.html', 'utf8');
  const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const types = new Map<string, Definition>();
  const RED = {
    _: (key: string) => key,
    nodes: {
      registerType: (type: string, definition: Definition) => types.set(type, definition),
      node: (id: string) => PROJECTS[id] ?? null,
    },
    events: { on: () => undefined },
    validators: { typedInput: () => (_value: unknown, _options: unknown) => true },
  };
  const nothing = { val: () => undefined, attr: () => undefined };
  runInNewContext(script, { RED, $: () => nothing, console, URL });
  return types;
}

/** By type, what the package registers. */
export const types = registered();

export function definition(type: string): Definition {
  const found = types.get(type);
  if (found === undefined) throw new Error(`${type} is not registered`);
  return found;
}

/** What a validator says: `true`, or the key of its sentence. */
export function says(type: string, property: string, value: unknown, node: object = {}): unknown {
  const { category, defaults, credentials } = definition(type);
  const validate = (defaults[property] ?? credentials?.[property])?.validate;
  if (validate === undefined) throw new Error(`${type}.${property} has no validator`);
  validate.length.should.equal(2, 'Node-RED takes sentences from validators of two parameters only');
  const context = { ...node, _def: { category }, _: (key: string) => key.replace('eztcloud.invalid.', '') };
  return validate.call(context, value, {});
}
