import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import should from 'should';
import { documents, textOf } from './documents';

const FOLDER = join('docs', 'pictures');
const LARGEST = 150_000;
/** `![what it shows](place)`, by place from the root. */
const named = documents.flatMap((document) =>
  [...textOf(document).matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, text = '', place = '']) => ({
    text,
    place: normalize(join(dirname(document), place)),
  })),
);

describe('pictures of the documents', () => {
  it('each that a document names is there, and says in words what it shows', () => {
    should(named.length).be.above(0);
    should(named.filter(({ place }) => !existsSync(place))).eql([]);
    should(named.filter(({ text }) => text.trim().length < 5)).eql([]);
  });

  it('each that is committed is shown by a document, and small', () => {
    const files = readdirSync(FOLDER).map((file) => join(FOLDER, file));
    should(files.filter((file) => !named.some(({ place }) => place === file))).eql([]);
    should(files.filter((file) => statSync(file).size > LARGEST)).eql([]);
  });

  it('are not in the package', () => {
    const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
    should(files.filter((file) => /^docs|png/.test(file))).eql([]);
  });
});
