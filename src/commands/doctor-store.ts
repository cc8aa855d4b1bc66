import { ownCommand } from '../own-command.ts';
import { type DoctorFinding, ok, orFailed, warning } from './finding.ts';

/** The PostgreSQL store at a URL: whether it can be used, and whether its owner is a role of its own. */
export async function storeFinding(url: string): Promise<DoctorFinding> {
  const check = 'store';
  const { storeStatus } = await import('../store/postgres/administration.ts');
  return orFailed(check, async () => {
    const { id, postgresVersion, ownsTables } = await storeStatus(url);
    const text = `${id}, in PostgreSQL ${postgresVersion}`;
    return ownsTables
      ? warning(check, `${text}. The user of --store owns the tables, so a server could rewrite the journal.`, OWN_ROLE)
      : ok(check, text);
  });
}

const OWN_ROLE = `Run ${ownCommand()} store migrate --roles as the owner, and connect as a member of finspace_mcp_server.`;
