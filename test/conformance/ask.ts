import { Lab, type Row, type Subject } from './lab';

/** What a broker answered to a row; `undefined`: it was not asked, because nobody here may set what the row needs. */
export async function ask(subject: Subject, row: Row): Promise<string | undefined> {
  const { admin } = subject;
  if ((row.settings || row.admin) && !admin) return undefined;
  if (row.platform && !subject.device) return undefined;
  const before = admin && { ...admin.settings };
  if (admin) Object.assign(admin.settings, row.settings);
  const lab = new Lab(subject);
  try {
    return await row.ask(lab);
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await lab.close();
    if (admin) Object.assign(admin.settings, before);
  }
}
