import { createContext, runInContext } from 'node:vm';

const realm = createContext({});

/** The value of `code` in a realm of its own, as in a Function node: its `Object`, `Map` and `Error` are not ours. */
export const foreign = (code: string): unknown => runInContext(code, realm);
