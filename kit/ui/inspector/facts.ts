import { appOf } from '@mana/model';
import { WIRE_VERSION } from '@mana/sync/frames';
import type { ConversationStanding, Standing, SyncState } from '@mana/sync/client/api';
import type { StorageFacts } from '@mana/sync/client/bundle';
import { speakAgo } from '@mana/time';
import { today } from '../data/today.svelte.ts';
import { speakBytes } from '../i18n/bytes.ts';
import { m } from '../i18n/index.ts';
import type { AppManifest } from '../shell/manifest.ts';

export interface Fact {
	readonly name: string;
	readonly value: string;
}

export interface FactGroup {
	readonly name: string;
	readonly facts: readonly Fact[];
}

interface Known {
	readonly sync: SyncState;
	readonly standing: Standing;
	readonly storage: StorageFacts | null;
	readonly apps: readonly AppManifest[];
	readonly build: string;
	/** ms since 1970 */
	readonly now: number;
	readonly locale: string;
}

/** What is known of a store's sync, as names with values, in groups. */
export function factGroups(known: Known): FactGroup[] {
	const groups = [
		{ name: m.inspector_connection(), facts: connection(known) },
		{ name: m.inspector_position(), facts: position(known) },
		{ name: m.inspector_device(), facts: device(known) },
		{ name: m.inspector_storage(), facts: storage(known) },
		{ name: m.inspector_build(), facts: build(known) },
	];
	return groups.filter(({ facts }) => facts.length > 0);
}

function connection({ sync, standing: { conversation }, locale }: Known): Fact[] {
	if (sync.phase === 'guest') return [];
	// Only exchanges end while all is well: between two of them one is still at it.
	const over = conversation?.over ?? (sync.phase === 'live' && conversation?.stage === 'waiting' ? 'exchange' : null);
	return [
		{ name: m.inspector_phase(), value: conversation ? `${sync.phase} (${conversation.stage})` : sync.phase },
		{
			name: m.inspector_over(),
			value:
				over === null ? m.inspector_over_nothing() : over === 'stream' ? m.inspector_over_stream() : m.inspector_over_exchange(),
		},
		{ name: m.inspector_last_error(), value: sync.problem?.code ?? m.inspector_none() },
		{
			name: m.inspector_next_attempt(),
			value: sync.retryAt === null ? m.inspector_none() : today.moment(sync.retryAt),
		},
		...(conversation ? underWay(conversation, locale) : []),
	];
}

function underWay({ onTheWay, credit: { push, untold } }: ConversationStanding, locale: string): Fact[] {
	const bytes = (size: number): string => speakBytes(size, locale);
	return [
		{ name: m.inspector_on_the_way(), value: String(onTheWay) },
		{ name: m.inspector_credit(), value: m.inspector_credit_of({ used: bytes(push.used), granted: bytes(push.granted) }) },
		{ name: m.inspector_credit_untold(), value: bytes(untold) },
	];
}

/** The name of an app that this build knows. */
function called(app: number, apps: Known['apps']): string {
	return apps.find(({ number }) => number === app)?.name() ?? String(app);
}

function position({ sync, standing, apps, now, locale }: Known): Fact[] {
	if (sync.phase === 'guest') return [];
	const { conversation, reach, part, seq, epoch, nextN, doneN } = standing;
	const { agreedAt, found, mended } = sync.digest;
	return [
		{
			name: m.inspector_cursor(),
			value: conversation ? m.inspector_cursor_of({ seq, head: Math.max(seq, conversation.head) }) : String(seq),
		},
		{ name: m.inspector_epoch(), value: String(epoch) },
		{ name: m.inspector_decided(), value: m.inspector_decided_of({ done: doneN, written: nextN - 1 }) },
		{ name: m.inspector_role(), value: conversation?.role ?? m.inspector_unknown() },
		{
			name: m.inspector_reach(),
			value: reach === null ? m.inspector_reach_all() : reach.map((app) => called(app, apps)).join(', ') || m.inspector_none(),
		},
		{
			name: m.inspector_part(),
			value: part === null ? m.inspector_part_all() : m.inspector_part_of(part),
		},
		{
			name: m.inspector_digest(),
			value:
				agreedAt === null ? m.inspector_digest_never() : m.inspector_digest_agreed({ when: speakAgo(agreedAt, now, locale) }),
		},
		...(found > 0 ? [{ name: m.inspector_digest_found(), value: m.inspector_digest_mended({ found, mended }) }] : []),
	];
}

function device({ sync, standing: { device, actor, generation, skewMs } }: Known): Fact[] {
	return [
		{ name: m.inspector_device_id(), value: device ?? m.inspector_none() },
		{ name: m.inspector_actor(), value: String(actor) },
		{
			name: m.inspector_leader(),
			value: sync.leader
				? m.inspector_leader_here()
				: generation === null
					? m.inspector_leader_silent()
					: m.inspector_leader_other(),
		},
		{ name: m.inspector_skew(), value: skewWords(skewMs) },
	];
}

/** Ours against the server's: below a second nobody would notice. */
function skewWords(skewMs: number): string {
	if (Math.abs(skewMs) < 1_000) return m.inspector_skew_none({ ms: Math.round(skewMs) });
	const seconds = Math.round(Math.abs(skewMs) / 1_000);
	return skewMs > 0 ? m.inspector_skew_behind({ seconds }) : m.inspector_skew_ahead({ seconds });
}

function storage({ sync, standing: { journal }, storage, locale }: Known): Fact[] {
	const bytes = (size: number): string => speakBytes(size, locale);
	const { usedBytes: used = null, quotaBytes: quota = null, lasting = null } = storage ?? {};
	return [
		{ name: m.inspector_kept(), value: sync.durable ? m.inspector_kept_disk() : m.inspector_kept_memory() },
		{
			name: m.inspector_used(),
			value:
				used === null
					? m.inspector_unknown()
					: quota === null
						? bytes(used)
						: m.inspector_used_of({ used: bytes(used), quota: bytes(quota) }),
		},
		{
			name: m.inspector_lasting(),
			value: lasting === null ? m.inspector_unknown() : lasting ? m.inspector_lasting_yes() : m.inspector_lasting_no(),
		},
		{ name: m.inspector_journal(), value: m.inspector_journal_of({ count: journal.entries, size: bytes(journal.bytes) }) },
	];
}

function build({ sync, build, apps }: Known): Fact[] {
	const old = [...new Set(sync.outdated.map(appOf))].map((app) => called(app, apps));
	return [
		{ name: m.inspector_build_app(), value: build },
		{ name: m.inspector_build_wire(), value: String(WIRE_VERSION) },
		...(old.length > 0 ? [{ name: m.inspector_outdated(), value: old.join(', ') }] : []),
	];
}
