import '../eztcloud-config/editor';
import '../ezt-in/editor';
import '../ezt-attr-out/editor';
import '../ezt-command-out/editor';
import '../ezt-device/editor';
import '../ezt-watch/editor';
import { migrateAdded } from '../migration/editor';
import { findableByWords } from './palette-search';
import { shareProjectOfExamples } from './shared-project';

migrateAdded();
findableByWords();
shareProjectOfExamples();
