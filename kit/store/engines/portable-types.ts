import type { ColumnDefinitionNode, OperationNode } from 'kysely';
import { DataTypeNode } from 'kysely';
import { StoreError } from '../store-error.ts';

/**
 * The four column types a migration may use, and what PostgreSQL calls them. SQLite keeps the names, in STRICT tables.
 * Text compares byte by byte on both, which fractional order keys and ids rely on.
 */
const postgresTypes = {
	text: 'text collate "C"',
	integer: 'bigint',
	real: 'double precision',
	blob: 'bytea',
} as const;

/** @throws StoreError `store-config-invalid` when a migration names a type that only one of the engines has */
export function postgresType(node: DataTypeNode): string {
	return postgresTypes[portableType(node)];
}

/** @throws StoreError `store-config-invalid` when the column's type is not portable; raw SQL types are left alone */
export function checkColumn(node: ColumnDefinitionNode): void {
	if (isDataType(node.dataType)) portableType(node.dataType);
}

export function isDataType(node: OperationNode): node is DataTypeNode {
	return DataTypeNode.is(node);
}

function portableType(node: DataTypeNode): keyof typeof postgresTypes {
	const name = node.dataType;
	if (name in postgresTypes) return name as keyof typeof postgresTypes;
	throw new StoreError(
		'store-config-invalid',
		`Column type "${name}" does not exist on both engines. Use text, integer (0/1 for a flag, ms for an instant), real or blob.`,
	);
}
