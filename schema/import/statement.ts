/** Where something is said. Lines count from 1. */
export interface Place {
	readonly file: string;
	readonly line: number;
}

/**
 * What a file says of a port:
 * - `states`: that a service has it (a document, `EXPOSE`, a health check).
 * - `sets`: the same, in settings that are there for everybody on one machine.
 * - `listens`: that the service is told to open it (`PORT`, the container's side of `ports`).
 * - `publishes`: that the host opens it for a container.
 * - `calls`, `scrapes`, `routes`: that somebody reaches the service there.
 */
export type Saying = 'states' | 'sets' | 'listens' | 'publishes' | 'calls' | 'scrapes' | 'routes';

/** A number, and whose it is said to be. */
export interface PortStatement extends Place {
	readonly kind: 'port';
	readonly says: Saying;
	/** The row of the schema that is meant; `null` where none is. */
	readonly service: string | null;
	/** As the file names it. */
	readonly name: string;
	readonly port: number;
	readonly transport: 'tcp' | 'udp';
	/** Who calls, scrapes or routes; `null` where a file only states something. */
	readonly by: string | null;
	/** Whether the number counts inside of a container, where an engine may have another one than on the host. */
	readonly inside: boolean;
	/** `publishes`: the address it is bound to, `null` for all of them. `scrapes`: the path. `listens`: the host's number for it. */
	readonly at: string | null;
}

type Stated = Pick<PortStatement, 'file' | 'line' | 'says' | 'service' | 'name' | 'port'>;

/** A statement about a port; what is not stated is as in most of them: TCP, by nobody in particular, outside of containers. */
export function portStatement(stated: Stated & Partial<PortStatement>): PortStatement {
	return { transport: 'tcp', by: null, inside: false, at: null, ...stated, kind: 'port' };
}

/** A name that a service has on a network: of a container, an alias, the host of a URL. */
export interface NameStatement extends Place {
	readonly kind: 'name';
	readonly service: string | null;
	readonly name: string;
}

export interface VariableStatement extends Place {
	/** `fallback`: used, with a value in case it is not defined. */
	readonly kind: 'defines' | 'uses' | 'fallback';
	readonly variable: string;
	readonly value: string;
}

/** A host name of the internet: given to somebody, or led somewhere. */
export interface PublicStatement extends Place {
	readonly kind: 'hands-out' | 'leads';
	readonly host: string;
	readonly by: string;
}

/** A label by which a reverse proxy would find a container. */
export interface LabelStatement extends Place {
	readonly kind: 'proxy-label';
	readonly proxy: string;
	readonly by: string;
}

/** One thing that one file says in one place: what every reader makes, and the only thing that is compared. */
export type Statement = PortStatement | NameStatement | VariableStatement | PublicStatement | LabelStatement;

/** A file to read, its path as its owner knows it: a folder in it may say whose file it is. */
export interface SourceFile {
	readonly path: string;
	readonly text: string;
}

/** How one format is read. */
export interface Reader {
	readonly name: string;
	/** What it understands, for `mana help ports`. */
	readonly reads: string;
	/** Whether a file is of this format. The first reader that says so reads it. */
	readonly fits: (file: SourceFile) => boolean;
	/** @throws Error that says why the file is not what it seems */
	readonly read: (file: SourceFile, context: ReadContext) => readonly Statement[];
}

/** What the other files of the same import say, as far as it decides what one file means. */
export interface ReadContext {
	/** The value of a variable, from the environment file that counts for a file; `undefined` where none defines it. */
	readonly valueOf: (variable: string, file: string) => string | undefined;
	/** Any other file of the import, by its path. */
	readonly textOf: (path: string) => string | undefined;
}

/** The last part of a path. */
export function fileName(path: string): string {
	return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** The folder parts of a path, the nearest one first. */
export function foldersOf(path: string): string[] {
	return path.split(/[/\\]/).slice(0, -1).toReversed();
}
