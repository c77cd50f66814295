import { lockDirectory } from '../../../cloud/storage/directory-lock';

// Holds the lock of the directory that the command line names, until it is killed.
void lockDirectory(process.argv[2] ?? '', () => undefined, { look: 20 }).then(() => process.send?.('held'));
process.on('disconnect', () => process.exit());
