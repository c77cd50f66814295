import should from 'should';
import { isShared } from '../../nodes/editor/shared-project';
import { types } from '../nodes/editor/registered';
import { type ExampleNode, examples } from '../support/examples';

/** What Node-RED itself keeps of a node. */
const STRUCTURE = ['id', 'type', 'z', 'x', 'y', 'wires', 'credentials'];
const PLACEHOLDER = /^\$\{EZT_[A-Z_]+\}$/;
const isConfig = ({ type, x }: ExampleNode) => x === undefined && type !== 'tab';

describe('example files', () => {
  it('use every type of ours', () => {
    const used = new Set(examples.flatMap(({ nodes }) => nodes.map(({ type }) => type)));
    for (const type of types.keys()) used.has(type).should.be.true(type);
  });

  it('share the project and its CA, so that two imports make one connection', () => {
    const shared = (nodes: readonly ExampleNode[]) =>
      nodes.filter(({ type }) => ['eztcloud-config', 'tls-config'].includes(type));
    const [first] = examples;
    should(shared(first?.nodes ?? []).length).equal(2);
    for (const { file, nodes } of examples) shared(nodes).should.deepEqual(shared(first?.nodes ?? []), file);
  });

  it('have config nodes that are the same in all of them, and known as shared when they are imported', () => {
    const known = new Map<string, ExampleNode>();
    for (const { file, nodes } of examples) {
      for (const config of nodes.filter(isConfig)) {
        isShared(config).should.be.true(config.id);
        config.should.deepEqual(known.get(config.id) ?? config, file);
        known.set(config.id, config);
      }
    }
  });

  it('have no other node id in common', () => {
    const ids = examples.flatMap(({ nodes }) => nodes.filter((node) => !isConfig(node)).map(({ id }) => id));
    should(new Set(ids).size).equal(ids.length);
  });

  for (const { file, nodes } of examples) {
    const ours = nodes.filter(({ type }) => types.has(type));

    it(`${file} has the properties of the nodes, no more and no less`, () => {
      for (const { type, name, ...node } of ours) {
        const known = Object.keys(types.get(type)?.defaults ?? {});
        const given = Object.keys({ name, ...node }).filter((key) => !STRUCTURE.includes(key));
        given.sort().should.deepEqual(known.sort(), `${type} ${name}`);
      }
    });

    it(`${file} holds no secret and no address`, () => {
      for (const { credentials = {}, endpoint } of nodes) {
        for (const value of Object.values(credentials)) value.should.match(PLACEHOLDER);
        if (endpoint !== undefined) should(endpoint).match(PLACEHOLDER);
      }
    });

    it(`${file} says what it shows, in both languages`, () => {
      const comments = nodes.filter(({ type }) => type === 'comment');
      comments.should.not.be.empty();
      for (const { name } of comments) should(name).match(/[a-z].*\p{Script=Han}/u);
      const [tab] = nodes.filter(({ type }) => type === 'tab');
      should(tab?.info).match(/EZT_ENDPOINT.*\p{Script=Han}/su);
    });

    it(`${file} says in its tab what it is for and how to run it, and in its comments what there is to see`, () => {
      const [tab] = nodes.filter(({ type }) => type === 'tab');
      const [purpose = ''] = String(tab?.info).split('\n\n');
      purpose.should.not.match(/EZT_/);
      should(tab?.info).match(/Use the emulator.*使用模拟器/s);
      for (const { type, info } of nodes)
        if (type === 'comment') should(info).match(/^(?!.*EZT_ENDPOINT).*[a-z].*\p{Script=Han}/su);
    });

    it(`${file} has its wires end at its own nodes`, () => {
      const ids = new Set(nodes.map(({ id }) => id));
      for (const { wires = [] } of nodes) for (const id of wires.flat()) ids.has(id).should.be.true(id);
    });
  }
});
