import ts from 'typescript';

/**
 * How a file names another: `value` is loaded with it, `lazy` when it is asked for, `type` not at all. `import { type X }` counts as
 * `value`: under `verbatimModuleSyntax` the module is still loaded.
 */
export type How = 'value' | 'lazy' | 'type';

export interface Import {
	readonly specifier: string;
	readonly how: How;
}

/** Every import of a TypeScript, JavaScript or Svelte file, found by the parser: what stands in comments and strings is none. */
export function importsOf(path: string, text: string): Import[] {
	if (path.endsWith('.css'))
		return [...text.matchAll(/@import\s+(?:url\()?['"]([^'"]+)['"]/g)].map(([, specifier]) => valueOf(specifier));
	if (!path.endsWith('.svelte')) return importsIn(text);
	const markup = text.replace(script, '');
	return [...[...text.matchAll(script)].flatMap(([, body = '']) => importsIn(body)), ...lazyIn(markup)];
}

const script = /<script[^>]*>([\s\S]*?)<\/script>/g;

/** `{#await import('./Part.svelte')}` in the markup of a component. */
function lazyIn(markup: string): Import[] {
	return [...markup.matchAll(/\bimport\(\s*['"`]([^'"`]+)['"`]\s*\)/g)].map(([, specifier = '']) => ({ specifier, how: 'lazy' }));
}

function importsIn(text: string): Import[] {
	const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest);
	const found: Import[] = [];
	const add = (specifier: ts.Node | undefined, how: How) => {
		if (specifier && ts.isStringLiteralLike(specifier)) found.push({ specifier: specifier.text, how });
	};
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node))
			add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'value');
		else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value');
		else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, 'type');
		else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], 'lazy');
		else if (ts.isNewExpression(node) && isUrlHere(node)) add(node.arguments?.[0], 'lazy');
		ts.forEachChild(node, visit);
	};
	visit(source);
	return found;
}

/** `new URL('./worker.ts', import.meta.url)`: how a worker is named. */
function isUrlHere(node: ts.NewExpression): boolean {
	const [, base] = node.arguments ?? [];
	return (
		ts.isIdentifier(node.expression) &&
		node.expression.text === 'URL' &&
		base !== undefined &&
		ts.isPropertyAccessExpression(base) &&
		ts.isMetaProperty(base.expression)
	);
}

function valueOf(specifier = ''): Import {
	return { specifier, how: 'value' };
}
