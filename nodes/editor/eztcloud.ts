import '../eztcloud-config/editor';
import '../ezt-in/editor';
import '../ezt-attr-out/editor';
import '../ezt-command-out/editor';
import '../ezt-device/editor';
import '../ezt-watch/editor';
import { migrateAdded } from '../migration/editor';
import { offerFirstFlow } from './first-flow';
import type { TourEditor } from './first-flow-steps';
import { findableByWords } from './palette-search';
import { shareProjectOfExamples } from './shared-project';

migrateAdded();
findableByWords();
shareProjectOfExamples();
offerFirstFlow(RED as unknown as TourEditor);
