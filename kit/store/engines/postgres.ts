import {
	type ColumnDefinitionNode,
	DataTypeNode,
	type Dialect,
	GeneratedNode,
	PostgresDialect,
	PostgresQueryCompiler,
} from 'kysely';
import pg from 'pg';
import { StoreError } from '../store-error.ts';
import { isDataType, postgresType } from './portable-types.ts';

/** How many connections one service holds at most: services are many, PostgreSQL's default is 100 for all. */
const maxConnections = 8;
/** OIDs from pg_type: int8 and numeric (sums of bigint) become numbers, bytea a plain Uint8Array, as on SQLite. */
const oid = { bytea: 17, int8: 20, numeric: 1700 } as const;

/**
 * Opens a pool whose connections see one schema, named after the service.
 *
 * @throws StoreError `store-unreachable`
 */
export async function openPostgres(databaseUrl: string, service: string): Promise<{ pool: pg.Pool; schema: string }> {
	const schema = service.replaceAll('-', '_');
	const pool = new pg.Pool({
		connectionString: databaseUrl,
		application_name: service,
		options: `-c search_path=${schema}`,
		max: maxConnections,
		connectionTimeoutMillis: 10_000,
		types: { getTypeParser },
	});
	// An idle connection that the server closes is replaced by the pool; without a listener it would end the process.
	pool.on('error', () => undefined);
	// The same while somebody uses it: the question under way fails, and who asked hears of that.
	pool.on('connect', (client) => client.on('error', () => undefined));
	try {
		const client = await pool.connect();
		client.release();
		return { pool, schema };
	} catch (error) {
		await pool.end();
		const { host, pathname } = new URL(databaseUrl);
		throw new StoreError(
			'store-unreachable',
			`PostgreSQL at ${host}${pathname} does not accept ${service} (${error instanceof Error ? error.message : String(error)}). Check MANA_DATABASE_URL and that the server runs.`,
			{ cause: error },
		);
	}
}

/** Kysely's PostgreSQL dialect, which understands the portable column types. */
export function postgresDialect(pool: pg.Pool): Dialect {
	return new PortableDialect({ pool });
}

class PortableDialect extends PostgresDialect {
	override createQueryCompiler(): PortableCompiler {
		return new PortableCompiler();
	}
}

class PortableCompiler extends PostgresQueryCompiler {
	protected override visitColumnDefinition(node: ColumnDefinitionNode): void {
		if (!isDataType(node.dataType)) return super.visitColumnDefinition(node);
		const type = postgresType(node.dataType);
		const column = { ...node, dataType: { ...DataTypeNode.create('text'), dataType: type as 'text' } };
		if (!node.autoIncrement) return super.visitColumnDefinition(column);
		super.visitColumnDefinition({
			...column,
			autoIncrement: false,
			generated: GeneratedNode.create({ identity: true, byDefault: true }),
		});
	}
}

function getTypeParser(type: number, format?: string): (value: string) => unknown {
	if (type === oid.int8 || type === oid.numeric) return Number;
	if (type === oid.bytea) {
		const parse = pg.types.getTypeParser(oid.bytea) as (value: string) => Buffer;
		return (value) => new Uint8Array(parse(value));
	}
	return pg.types.getTypeParser(type, format as 'text');
}
