// Node-RED loads a tour from a file; the steps are in the editor's script (nodes/editor/first-flow.ts).
export default globalThis.eztcloudFirstFlow;
