import { type AuditCheck, checkAuditLog } from './check.ts';
import { atTheTerminal, type TerminalPlace } from '../terminal.ts';

/** Proves the audit log of a data folder, whether mana-auth runs or not. */
export function auditLogCheck(place: TerminalPlace): Promise<AuditCheck> {
	return atTheTerminal(place, (own) => checkAuditLog(own));
}
