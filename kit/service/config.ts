import { serviceVariable } from '@mana/schema';
import { z } from 'zod';
import { generateSecret } from './secrets.ts';

/** Keys of a service and the schema of each; `MANA_AUTH_REGISTRATION` sets `registration` of mana-auth. */
export type ConfigTable = Readonly<Record<string, z.ZodType>>;
export type ConfigOf<T extends ConfigTable> = { readonly [K in keyof T]: z.output<T[K]> };
export type Environment = Readonly<Record<string, string | undefined>>;

/** A line of `mana config`. */
export interface ConfigLine {
	/** The environment variable. */
	readonly variable: string;
	/** What is in force, masked when it is a secret. */
	readonly value: string;
	readonly source: 'environment' | 'default' | 'generated' | 'missing' | 'invalid';
	/** What the variable may hold. */
	readonly rule: string;
}

/** The environment does not fit: the message names each variable, its rule and an example. */
export class ConfigError extends Error {
	override readonly name = 'ConfigError';
}

const masked = '••••••••';
const secretSchemas = new WeakSet<z.ZodType>();
const generatedNames = new WeakMap<z.ZodType, string>();

/** Marks a value that is never printed. Goes outermost: `secret(z.string().min(8))`. */
export function secret<S extends z.ZodType>(schema: S): S {
	secretSchemas.add(schema);
	return schema;
}

/**
 * A secret that nobody has to choose: 256 random bits, made at the first start and kept in `<home>/secrets/<name>` (mode 0600).
 * Services that name the same secret share it.
 */
export function generatedSecret(name: string): z.ZodString {
	const schema = secret(z.string().min(32));
	generatedNames.set(schema, name);
	return schema;
}

/**
 * Reads a service's settings from the environment.
 *
 * @throws ConfigError naming every variable that is missing or does not fit
 */
export function readConfig<T extends ConfigTable>(service: string, table: T, env: Environment, home: string): ConfigOf<T> {
	return readTable(service, table, (key) => serviceVariable(service, key), env, home);
}

/** What `mana config` prints for a service. Makes no secret. */
export function describeConfig(service: string, table: ConfigTable, env: Environment): ConfigLine[] {
	return describeTable(table, (key) => serviceVariable(service, key), env);
}

/** @param home where generated secrets are; `null` for a table without them */
export function readTable<T extends ConfigTable>(
	owner: string,
	table: T,
	variableFor: (key: string) => string,
	env: Environment,
	home: string | null,
): ConfigOf<T> {
	const values: Record<string, unknown> = {};
	const faults: string[] = [];
	for (const [key, schema] of Object.entries(table)) {
		const variable = variableFor(key);
		const text = env[variable];
		const generated = generatedNames.get(schema);
		const input =
			text === undefined && generated !== undefined && home !== null ? generateSecret(home, generated) : fromText(schema, text);
		const parsed = schema.safeParse(input);
		if (parsed.success) values[key] = parsed.data;
		else faults.push(faultOf(variable, schema, text, parsed.error));
	}
	if (faults.length > 0) throw new ConfigError(`${owner} cannot start with this configuration:\n${faults.join('\n')}`);
	return values as ConfigOf<T>;
}

export function describeTable(table: ConfigTable, variableFor: (key: string) => string, env: Environment): ConfigLine[] {
	return Object.entries(table).map(([key, schema]) => {
		const variable = variableFor(key);
		const text = env[variable];
		const rule = ruleOf(schema);
		if (text === undefined && generatedNames.has(schema)) return { variable, value: masked, source: 'generated', rule };
		const parsed = schema.safeParse(fromText(schema, text));
		if (!parsed.success) return { variable, value: '', source: text === undefined ? 'missing' : 'invalid', rule };
		const value = parsed.data === undefined ? '' : secretSchemas.has(schema) ? masked : show(parsed.data);
		return { variable, value, source: text === undefined ? 'default' : 'environment', rule };
	});
}

/** The environment holds only text; a number, a flag or a list is read from it by what the schema asks for. */
function fromText(schema: z.ZodType, text: string | undefined): unknown {
	if (text === undefined) return undefined;
	const type = shapeOf(schema).type;
	if ((type === 'number' || type === 'integer') && text.trim() !== '' && !Number.isNaN(Number(text))) return Number(text);
	if (type === 'boolean') return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
	if (type === 'array')
		return text
			.split(',')
			.map((part) => part.trim())
			.filter(Boolean);
	return text;
}

function faultOf(variable: string, schema: z.ZodType, text: string | undefined, error: z.ZodError): string {
	const given = text === undefined ? 'is missing' : secretSchemas.has(schema) ? 'does not fit' : `is "${text}"`;
	const why = error.issues.map((issue) => issue.message).join('; ');
	return `  ${variable} ${given}. ${why}. Rule: ${ruleOf(schema)}. Example: ${variable}=${exampleOf(schema)}`;
}

interface Shape {
	readonly type?: string;
	readonly enum?: readonly unknown[];
	readonly format?: string;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly minLength?: number;
	readonly description?: string;
	readonly default?: unknown;
}

function shapeOf(schema: z.ZodType): Shape {
	return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
}

function ruleOf(schema: z.ZodType): string {
	const shape = shapeOf(schema);
	if (shape.enum) return shape.enum.map(String).join(' | ');
	const parts = [shape.format ?? shape.type ?? 'text'];
	if (shape.minimum !== undefined && shape.minimum > Number.MIN_SAFE_INTEGER) parts.push(`at least ${shape.minimum}`);
	if (shape.maximum !== undefined && shape.maximum < Number.MAX_SAFE_INTEGER) parts.push(`at most ${shape.maximum}`);
	if (shape.minLength !== undefined) parts.push(`at least ${shape.minLength} characters`);
	if (shape.description) parts.push(shape.description);
	return parts.join(', ');
}

function exampleOf(schema: z.ZodType): string {
	const shape = shapeOf(schema);
	if (shape.default !== undefined) return show(shape.default);
	if (shape.enum) return String(shape.enum[0]);
	if (shape.type === 'number' || shape.type === 'integer') return String(Math.max(shape.minimum ?? 1, 1));
	if (shape.type === 'boolean') return 'true';
	if (shape.format === 'uri') return 'https://mana.example';
	if (shape.format === 'email') return 'ada@mana.example';
	return 'text';
}

function show(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}
