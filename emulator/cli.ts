#!/usr/bin/env node
import { runCli } from './run-cli';

/** `npm run emulator`. */
void runCli('npm run emulator --');
