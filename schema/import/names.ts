import { services } from '../services.ts';

/**
 * By which row a name of another system is meant. The rule, in this order:
 *
 * 1. Case, `_`, and what a tool appends (`-1`, `.local`, `:latest`) do not count.
 * 2. A row's own name is that row; so is it without `mana-`.
 * 3. Words that only say where something belongs are taken off, from the front (`mana-core-sync`, `mana-app-todo-web`) and from the end
 *    (`todo-backend`, `mana-auth-service`), and the rest is looked up as in 2.
 * 4. An app's bare name is its server where something is called, and its front end where a public name leads.
 * 5. Engines have the names that everyone gives them (`db`, `valkey`, `s3`).
 */
export function serviceMeant(name: string, prefer: 'server' | 'web' = 'server'): string | null {
	const words = wordsOf(name);
	for (const candidate of candidates(words)) {
		const found = rowNamed(candidate, prefer);
		if (found !== null) return found;
	}
	return null;
}

/** What a variable's name says about whom it is for: `PUBLIC_MANA_SYNC_URL` is `mana-sync`. Empty when it names nobody. */
export function nameInVariable(variable: string): string {
	const words = variable.toLowerCase().split('_').filter(Boolean);
	while (words[0] !== undefined && variablePrefixes.has(words[0])) words.shift();
	while (words.length > 0 && variableSuffixes.has(words.at(-1) ?? '')) words.pop();
	return words.join('-');
}

const known = new Set<string>(services.map((row) => row.name));

const belongings = new Set([
	'mana',
	'manacore',
	'core',
	'app',
	'apps',
	'infra',
	'service',
	'services',
	'svc',
	'mon',
	'monitoring',
	'ops',
	'ai',
	'gpu',
	'game',
	'games',
	'auto',
	'stack',
	'prod',
	'production',
	'dev',
	'local',
	'public',
	'internal',
	'matrix',
]);
const roles = new Set(['service', 'svc', 'dev', 'prod', 'production', 'local', 'internal', 'container', 'app', 'host', 'url']);
/** Words by which a compute server is known elsewhere. */
const serverWords = new Set(['backend', 'api', 'server']);
const webWords = new Set(['web', 'frontend', 'ui', 'client']);
const variablePrefixes = new Set([
	'public',
	'vite',
	'next',
	'expo',
	'nuxt',
	'react',
	'dev',
	'prod',
	'docker',
	'internal',
	'compose',
]);
const variableSuffixes = new Set([
	'url',
	'uri',
	'port',
	'host',
	'hostname',
	'base',
	'address',
	'addr',
	'endpoint',
	'client',
	'internal',
	'external',
	'public',
	'origin',
	'http',
	'https',
	'ws',
	'dev',
	'prod',
	'service',
	'default',
]);

const engineNames: Readonly<Record<string, string>> = {
	db: 'postgres',
	database: 'postgres',
	pg: 'postgres',
	postgresql: 'postgres',
	valkey: 'redis',
	cache: 'redis',
	s3: 'minio',
	'victoria-metrics': 'victoriametrics',
	prometheus: 'victoriametrics',
	element: 'element-web',
	playground: 'llm-playground',
	img: 'mana-image-gen',
	video: 'mana-video-gen',
	gateway: 'mana-api-gateway',
	// matrix.example.org is where a homeserver is asked for.
	matrix: 'synapse',
	homeserver: 'synapse',
	'matrix-bot': 'mana-matrix-bot',
	'matrix-web': 'matrix-web',
};

function wordsOf(name: string): string[] {
	return name
		.toLowerCase()
		.replaceAll('_', '-')
		.replace(/(\.local|\.internal|\.lan|:[\w.-]+|-\d+)$/, '')
		.split('-')
		.filter(Boolean);
}

function* candidates(words: readonly string[]): Generator<string> {
	yield words.join('-');
	for (let front = 0; front < words.length; front++) {
		if (front > 0 && !belongings.has(words[front - 1] ?? '')) return;
		for (let back = words.length; back > front; back--) {
			if (back < words.length && !roles.has(words[back] ?? '')) break;
			yield words.slice(front, back).join('-');
		}
	}
}

function rowNamed(name: string, prefer: 'server' | 'web'): string | null {
	if (name === '') return null;
	// The whole is its front door.
	if (name === 'mana') return 'mana-web';
	if (known.has(name)) return name;
	if (known.has(`mana-${name}`)) return `mana-${name}`;
	const engine = engineNames[name];
	if (engine !== undefined) return engine;
	const words = name.split('-');
	const last = words.at(-1) ?? '';
	const stem = words.slice(0, -1).join('-');
	if (serverWords.has(last))
		return known.has(`${stem}-server`) ? `${stem}-server` : known.has(`mana-${stem}`) ? `mana-${stem}` : null;
	if (webWords.has(last)) return known.has(`${stem}-web`) ? `${stem}-web` : null;
	for (const role of prefer === 'server' ? ['server', 'web'] : ['web', 'server'])
		if (known.has(`${name}-${role}`)) return `${name}-${role}`;
	return null;
}

/** The engine that a container image is, by the images that the rows state. */
export function engineOfImage(image: string): string | null {
	const base = (text: string) =>
		text
			.replace(/@.*$/, '')
			.replace(/:[^/]*$/, '')
			.split('/')
			.at(-1) ?? '';
	const row = services.find(({ engine }) => engine && base(engine.image) === base(image));
	return row?.name ?? engineNames[base(image)] ?? (known.has(base(image)) ? base(image) : null);
}
