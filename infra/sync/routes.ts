import { answers, body, guard, params, problem, type RandomBytes, type ServiceEnv, type VerifyToken } from '@mana/service';
import { isSpaceId, ROLES, roleAllows, type SpaceId } from '@mana/sync';
import type { Command, DeclinedCode, Done } from '@mana/sync/space/index';
import { MOST_PICTURE, SPACE_KINDS, type SpaceLook } from '@mana/sync/spaces';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { Committer } from './committer/committer.ts';
import { DEFAULT_ROLE, expiryOf, hashOf, LONGEST_DAYS, newSecret } from './invitations.ts';
import type { MailedInvitations } from './mailed-invitations.ts';
import type { Directory, SpaceCard } from './spaces/directory.ts';

const MOST_SPACES = 100;
const MOST_INVITATIONS = 100;

const spaceId = z.string().refine(isSpaceId, 'Not the id of a space.');
const inSpace = params(z.object({ space: spaceId }));
const ofMember = params(z.object({ space: spaceId, person: z.string().min(1).max(128) }));
const name = z.string().trim().min(1).max(80);
/** A picture that any browser shows and that runs nothing. */
const picture = z
	.string()
	.max(MOST_PICTURE)
	.regex(/^data:image\/(jpeg|png|webp);base64,[A-Za-z0-9+/]+=*$/, 'Not a picture as a data: address of JPEG, PNG or WebP.');
const look = z.object({ hue: z.number().int().min(0).max(359).nullable(), picture: picture.nullable() }).partial();
const apps = z.array(z.number().int().min(1).max(253)).max(253).nullable();
const role = z.enum(ROLES);
const linkRole = z.enum(Object.keys(LONGEST_DAYS) as [keyof typeof LONGEST_DAYS]);
const secret = z.object({ invitation: z.string().min(1).max(256) });

const space = z.object({
	id: z.string(),
	kind: z.enum(SPACE_KINDS),
	name: z.string(),
	owner: z.string(),
	archivedAt: z.number().nullable(),
	aclEpoch: z.number(),
	role,
	apps,
});
const member = z.object({ person: z.string(), name: z.string(), role, apps, since: z.number() });
const invitation = z.object({
	id: z.string(),
	role,
	apps,
	by: z.string(),
	createdAt: z.number(),
	expiresAt: z.number(),
});

/** Statuses of what is declined at commit. */
const STATUS: Record<DeclinedCode, 403 | 404 | 409 | 410> = {
	'unknown-space': 404,
	forbidden: 403,
	'personal-space': 409,
	'member-unknown': 404,
	'owner-stays': 409,
	'role-impossible': 409,
	archived: 409,
	'already-member': 409,
	'service-unknown': 404,
	'invitation-unknown': 404,
	'invitation-invalid': 410,
};

export interface RouteParts {
	readonly committer: Committer;
	readonly directory: Directory;
	readonly verifyToken: VerifyToken;
	readonly publicUrl: string;
	readonly clock: { now(): number };
	readonly random: RandomBytes;
	readonly mails: MailedInvitations;
}

export type SpaceRoutes = ReturnType<typeof spaceRoutes>;

/** What people do with spaces. Everything that changes one is a command, judged in the space's own order (sync.md §6.8). */
export function spaceRoutes(app: Hono<ServiceEnv>, parts: RouteParts) {
	const { committer, directory, publicUrl, clock, random, mails } = parts;
	const signedIn = guard(parts.verifyToken);

	return app
		.get('/spaces', signedIn, answers('The spaces of the signed-in person', z.object({ spaces: z.array(space) })), async (c) => {
			const person = c.get('person').id;
			await committer.personal(person);
			return c.json({ spaces: await directory.spacesOf(person) });
		})
		.post(
			'/spaces',
			signedIn,
			answers('Makes a space to share', space, 201),
			body(z.object({ kind: z.enum(['family', 'organisation']), name, look: look.optional() })),
			async (c) => {
				const person = c.get('person');
				const owned = (await directory.spacesOf(person.id)).filter(({ owner }) => owner === person.id);
				if (owned.length > MOST_SPACES) throw problem(409, 'too-many-spaces', `One person can own ${MOST_SPACES} spaces.`);
				const { look, ...made } = c.req.valid('json');
				const id = await committer.create({ ...made, owner: person.id, ownerName: person.name });
				await run(id, person.id, { kind: 'announce' });
				if (look) await run(id, person.id, { kind: 'change', look: said(look) });
				await mirror([person.id]);
				return c.json(await known(id, person.id), 201);
			},
		)
		.get('/spaces/:space', signedIn, inSpace, answers('A space', space), async (c) =>
			c.json(await known(c.req.valid('param').space, c.get('person').id)),
		)
		.patch(
			'/spaces/:space',
			signedIn,
			inSpace,
			answers('Changes the name or the look of a space, archives it, or takes it out of the archive', space),
			body(z.object({ name: name.optional(), archived: z.boolean().optional(), look: look.optional() })),
			async (c) => {
				const { space: id } = c.req.valid('param');
				const person = c.get('person').id;
				const { name, archived, look } = c.req.valid('json');
				await run(id, person, {
					kind: 'change',
					...(name !== undefined && { name }),
					...(archived !== undefined && { archived }),
					...(look !== undefined && { look: said(look) }),
				});
				await mirrorAll(id);
				return c.json(await known(id, person));
			},
		)
		.get(
			'/spaces/:space/members',
			signedIn,
			inSpace,
			answers('Who is in a space', z.object({ members: z.array(member) })),
			async (c) => {
				const { id } = await known(c.req.valid('param').space, c.get('person').id);
				return c.json({ members: await directory.members(id) });
			},
		)
		.patch(
			'/spaces/:space/members/:person',
			signedIn,
			ofMember,
			answers('Changes what a member may do'),
			body(z.object({ role: role.optional(), apps: apps.optional() })),
			async (c) => {
				const { space: id, person: target } = c.req.valid('param');
				const { role, apps } = c.req.valid('json');
				const more = { ...(role !== undefined && { role }), ...(apps !== undefined && { apps }) };
				await run(id, c.get('person').id, { kind: 'grant', target, ...more });
				await mirror([target]);
				return c.body(null, 204);
			},
		)
		.delete('/spaces/:space/members/:person', signedIn, ofMember, answers('Removes a member, or leaves'), async (c) => {
			const { space: id, person: target } = c.req.valid('param');
			await run(id, c.get('person').id, { kind: 'remove', target });
			await mirror([target]);
			return c.body(null, 204);
		})
		.put(
			'/spaces/:space/owner',
			signedIn,
			inSpace,
			answers('Hands a space over to another member'),
			body(z.object({ person: z.string().min(1).max(128) })),
			async (c) => {
				const { space: id } = c.req.valid('param');
				await run(id, c.get('person').id, { kind: 'hand-over', target: c.req.valid('json').person });
				await mirrorAll(id);
				return c.body(null, 204);
			},
		)
		.get(
			'/spaces/:space/invitations',
			signedIn,
			inSpace,
			answers('Invitations that still work', z.object({ invitations: z.array(invitation) })),
			async (c) => {
				const { id, role } = await known(c.req.valid('param').space, c.get('person').id);
				if (!roleAllows(role, 'manage')) throw problem(403, 'forbidden', 'Only those who manage a space see its invitations.');
				const invitations = await directory.invitations(id, clock.now());
				// Parsing leaves out what is nobody's business: the hash of the secret.
				return c.json({ invitations: invitations.map((one) => invitation.parse(one)) });
			},
		)
		.post(
			'/spaces/:space/invitations',
			signedIn,
			inSpace,
			answers(
				'Makes a link that lets one person in, and sends it by mail where one says to whom',
				invitation.extend({ link: z.string() }),
				201,
			),
			body(
				z.object({
					role: linkRole.default(DEFAULT_ROLE),
					apps: apps.default(null),
					days: z.number().int().min(1).max(30).optional(),
					mail: z.object({ address: z.email().max(254), language: z.string().min(2).max(35) }).optional(),
				}),
			),
			async (c) => {
				const { space: id } = c.req.valid('param');
				const { id: person, name: inviter } = c.get('person');
				const { role, apps, days, mail } = c.req.valid('json');
				const now = clock.now();
				if ((await directory.invitations(id, now)).length >= MOST_INVITATIONS)
					throw problem(409, 'too-many-invitations', 'Too many invitations are open. Withdraw some first.');
				const { secret, ...kept } = newSecret(random);
				const made = { role, apps, by: person, createdAt: now, expiresAt: expiryOf(role, days, now), id: kept.id };
				const { role: own, name: place } = await known(id, person);
				if (mail && roleAllows(own, 'manage')) mails.take(person);
				await run(id, person, { kind: 'invite', invitation: { ...made, hash: kept.hash } });
				const link = `${publicUrl}/spaces/join#token=${secret}`;
				if (mail)
					try {
						await mails.send({ id: kept.id, inviter, place, link, until: made.expiresAt, to: mail });
					} catch (error) {
						// A link that nobody has invites nobody.
						await run(id, person, { kind: 'withdraw', invitation: kept.id });
						throw error;
					}
				return c.json({ ...made, link }, 201);
			},
		)
		.delete(
			'/spaces/:space/invitations/:invitation',
			signedIn,
			params(z.object({ space: spaceId, invitation: z.string().min(1).max(64) })),
			answers('Withdraws an invitation'),
			async (c) => {
				const { space: id, invitation } = c.req.valid('param');
				await run(id, c.get('person').id, { kind: 'withdraw', invitation });
				return c.body(null, 204);
			},
		)
		.post(
			'/invitation-previews',
			signedIn,
			answers(
				'What an invitation leads to',
				z.object({
					space: z.string(),
					kind: z.enum(SPACE_KINDS),
					name: z.string(),
					hue: z.number().nullable(),
					picture: z.string().nullable(),
					role,
					inviter: z.string(),
				}),
			),
			body(secret),
			async (c) => {
				const { space, kind, name, look, inviter, invitation } = await invited(c.req.valid('json').invitation);
				return c.json({ space, kind, name, ...look, inviter, role: invitation.role });
			},
		)
		.post('/memberships', signedIn, answers('Accepts an invitation', space, 201), body(secret), async (c) => {
			const { id: person, name } = c.get('person');
			const { space: id, invitation } = await invited(c.req.valid('json').invitation);
			await run(id, person, { kind: 'accept', invitation: invitation.id, by: invitation.by, name });
			await committer.personal(person);
			await mirror([person]);
			return c.json(await known(id, person), 201);
		});

	async function run(id: SpaceId, person: string, command: Command): Promise<Done> {
		const answer = await committer.command({ kind: 'command', space: id, person, command });
		if (answer.type === 'done') return answer;
		throw answer.type === 'denied' ? unknown() : problem(STATUS[answer.code], answer.code, answer.detail);
	}

	/** Brings these people's own lists up to date. What is not brought now is brought when they come next. */
	async function mirror(people: readonly string[]): Promise<void> {
		await Promise.all(
			people.map(async (person) => committer.mirror({ kind: 'mirror', space: await committer.personal(person), person })),
		);
	}

	async function mirrorAll(id: SpaceId): Promise<void> {
		await mirror((await directory.members(id)).map(({ person }) => person));
	}

	async function known(id: string, person: string): Promise<SpaceCard> {
		return (await directory.space(id, person)) ?? raise(unknown());
	}

	async function invited(secret: string) {
		const found = await directory.invitation(hashOf(secret), clock.now());
		return (
			found ??
			raise(problem(410, 'invitation-invalid', 'This invitation was used or withdrawn, or it has ended. Ask for a new one.'))
		);
	}
}

/** What was said of a look; what was not stays as it is. */
function said({ hue, picture }: z.infer<typeof look>): Partial<SpaceLook> {
	return { ...(hue !== undefined && { hue }), ...(picture !== undefined && { picture }) };
}

function unknown() {
	return problem(404, 'unknown-space', 'There is no such space, or you are not a member of it.');
}

function raise(error: Error): never {
	throw error;
}
