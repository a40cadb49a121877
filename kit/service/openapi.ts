import type { RouterRoute } from 'hono/types';
import { findTargetHandler } from 'hono/utils/handler';
import { z } from 'zod';
import { noteOf, type RouteNote } from './routes.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of a service, from the same schemas that its handlers parse with. */
export function openApi(title: string, version: string, routes: readonly RouterRoute[]): Json {
	const paths: Record<string, Json> = {};
	for (const [key, notes] of operations(routes)) {
		const [method = '', path = ''] = key.split(' ');
		(paths[openApiPath(path)] ??= {})[method.toLowerCase()] = operation(method, path, notes);
	}
	return {
		openapi: '3.1.0',
		info: { title, version },
		paths,
		components: { schemas: { Problem: problemSchema }, securitySchemes: { person: { type: 'http', scheme: 'bearer' } } },
	};
}

/** A route is a method and a path; each of its handlers is a line of Hono's table. `ALL` lines are middleware. */
function operations(routes: readonly RouterRoute[]): Map<string, RouteNote[]> {
	const found = new Map<string, RouteNote[]>();
	for (const { method, path, handler } of routes) {
		if (method === 'ALL' || path.endsWith('*')) continue;
		const key = `${method} ${path}`;
		const notes = found.get(key) ?? [];
		const note = noteOf(findTargetHandler(handler));
		if (note) notes.push(note);
		found.set(key, notes);
	}
	return found;
}

function operation(method: string, path: string, notes: readonly RouteNote[]): Json {
	const parameters = [...path.matchAll(/:([A-Za-z0-9_]+)/g)].map(([, name]) => ({
		name,
		in: 'path',
		required: true,
		schema: { type: 'string' } as Json,
	}));
	const described: Json = { operationId: operationId(method, path) };
	const responses: Record<string, Json> = {};
	const queries: Json[] = [];
	for (const note of notes) {
		if ('summary' in note) {
			described['summary'] ??= note.summary;
			responses[note.status] = answer(note.summary, note.schema);
		} else if (note.part === 'json') {
			described['requestBody'] = {
				required: true,
				content: { 'application/json': { schema: jsonSchema(note.schema, 'input') } },
			};
		} else {
			const { properties, required } = jsonSchema(note.schema, 'input') as {
				properties?: Record<string, Json>;
				required?: string[];
			};
			for (const [name, schema] of Object.entries(properties ?? {})) {
				const known = parameters.find((parameter) => parameter.name === name && note.part === 'param');
				if (known) known.schema = schema;
				else if (note.part === 'query') queries.push({ name, in: 'query', required: required?.includes(name) ?? false, schema });
			}
		}
	}
	if (Object.keys(responses).length === 0) responses['200'] = { description: 'Done' };
	const failure = {
		description: 'What went wrong',
		content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
	};
	return { ...described, parameters: [...parameters, ...queries], responses: { ...responses, default: failure } };
}

function answer(description: string, schema: z.ZodType | null): Json {
	if (schema === null) return { description };
	return { description, content: { 'application/json': { schema: jsonSchema(schema, 'output') } } };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
	const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
	return rest;
}

function openApiPath(path: string): string {
	return path.replaceAll(/:([A-Za-z0-9_]+)(\{[^}]*\})?\??/g, '{$1}');
}

function operationId(method: string, path: string): string {
	const words = path.split(/[^A-Za-z0-9]+/).filter(Boolean);
	return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

const problemSchema: Json = {
	type: 'object',
	required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
	properties: {
		type: { type: 'string' },
		title: { type: 'string' },
		status: { type: 'integer' },
		code: { type: 'string' },
		detail: { type: 'string' },
		requestId: { type: 'string' },
		fields: {
			type: 'array',
			items: { type: 'object', required: ['field', 'rule'], properties: { field: { type: 'string' }, rule: { type: 'string' } } },
		},
	},
};
