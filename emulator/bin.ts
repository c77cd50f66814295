#!/usr/bin/env node
// What the package ships, as one file: the command `npx @eztcloud/node-red-eztcloud`, and what Node-RED starts as its child.
import { isChild, runChild } from './child';
import { runCli } from './run-cli';

if (isChild()) runChild();
else void runCli('npx @eztcloud/node-red-eztcloud');
