/** What a file is in the house, as the table "who may know whom" names it. */
export type Kind =
	| 'schema'
	| 'registry'
	| 'kit'
	| 'model'
	| 'app'
	| 'server'
	| 'service'
	| 'page'
	| 'web'
	| 'cli'
	| 'tool'
	| 'test'
	| 'outside';

export interface Place {
	readonly path: string;
	readonly kind: Kind;
	/** The folder that owns it: `schema`, `kit/store`, `apps/todo`, `core/auth`, `web`, `cli`. */
	readonly room: string;
}

/** The hub's room also owns the shell around every app, which lies directly in `apps/`. */
const hub = 'apps/(hub)';

const serviceFolders = ['core', 'infra', 'ai', 'matrix', 'ops'];

/** Where a file stands. */
export function placeOf(path: string): Place {
	const [top = '', second = ''] = path.split('/');
	const name = path.slice(path.lastIndexOf('/') + 1);
	const holdsRooms = top === 'kit' || top === 'apps' || serviceFolders.includes(top);
	const room = path === `apps/${name}` && name.includes('.') ? hub : holdsRooms ? `${top}/${second}` : top;
	return { path, kind: kindOf(path, top, name), room };
}

function kindOf(path: string, top: string, name: string): Kind {
	if (/\.(test|bench|fixture)\.ts$/.test(name) || /\/(tests?|fixtures)\//.test(path) || top === 'e2e' || top === 'bench')
		return 'test';
	if (path.startsWith('schema/registry/')) return 'registry';
	if (/^schema\/(generate|house|import)[/.]/.test(path)) return 'tool';
	if (top === 'schema' || top === 'kit' || top === 'web' || top === 'cli') return top;
	if (top === 'apps') return appKind(path, name);
	return serviceFolders.includes(top) ? 'service' : 'outside';
}

function appKind(path: string, name: string): Kind {
	if (name.endsWith('.server.ts')) return 'server';
	if (path.split('/').length > 3) return 'page';
	return name === 'model.ts' ? 'model' : name === 'app.ts' ? 'app' : 'page';
}

/** What `web/` shows besides its manifest: the doors of the apps, and under which addresses the local network reaches them. */
const webFaces = ['web/doors.ts', 'web/lan/addresses.ts', 'web/lan/mdns/network.ts'];

/** The face that a room shows to those who start it: a service's `index.ts`, an app's server, the faces of `web/`. */
export function isManifest({ path, kind, room }: Place): boolean {
	return kind === 'server' || ((kind === 'service' || kind === 'web') && path === `${room}/index.ts`) || webFaces.includes(path);
}
