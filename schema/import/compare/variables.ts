import { addressesIn } from '../addresses.ts';
import { at, type Comparison, type Disagreement, oncePer } from '../disagreement.ts';
import type { Statement, VariableStatement } from '../statement.ts';

/** What a shell or compose sets by itself. */
const fromSystem = /^(HOME|USER|UID|GID|PWD|PATH|HOSTNAME|SHELL|TZ|LANG|COMPOSE_\w+)$/;
/** `postgres://mana:secret@…`, where the password is no variable itself. */
const withPassword = /:\/\/[^\s/:@]*:[^\s/@$]+@/;
const secret = /(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|ENCRYPTION_KEY|SALT)/;

function variablesIn(statements: readonly Statement[], kind: VariableStatement['kind']): VariableStatement[] {
	return statements.filter((statement): statement is VariableStatement => statement.kind === kind);
}

/** A variable that stands for nothing. Said only where files of variables are there to look in. */
export const undefinedVariables: Comparison = {
	finds: 'a variable that is used and defined nowhere',
	compare(statements) {
		const defined = new Set(variablesIn(statements, 'defines').map(({ variable }) => variable));
		if (defined.size === 0) return [];
		const missing = variablesIn(statements, 'uses').filter(
			({ variable }) => !defined.has(variable) && !fromSystem.test(variable),
		);
		return oncePer(missing, ({ file, variable }) => `${file} ${variable}`).map(({ file, line, variable }) => ({
			code: 'undefined-variable',
			file,
			line,
			service: null,
			message: `${variable} is used here and defined in none of the files, so it stands for nothing.`,
			fix: `Define ${variable}, or correct its name.`,
		}));
	},
};

/** The last of several lines holds, and whoever reads the first one is misled. */
export const definedTwice: Comparison = {
	finds: 'a variable that one file of settings gives two values',
	compare: (statements) =>
		[...Map.groupBy(variablesIn(statements, 'defines'), ({ file, variable }) => `${file} ${variable}`).values()].flatMap(
			(group): Disagreement[] => {
				const last = group.at(-1);
				const other = group.find(({ value }) => value !== last?.value);
				if (!last || !other) return [];
				const { file, line, variable } = last;
				const message = `${variable} is set here, and to something else at ${at(other)}. The last one holds.`;
				return [{ code: 'set-twice', file, line, service: null, message, fix: 'Take one of the two out.' }];
			},
		),
};

/** What stands in for a variable is another port than what the variable is. */
export const differentFallbacks: Comparison = {
	finds: 'a fallback that has another port than the variable it stands in for',
	compare(statements) {
		const defined = variablesIn(statements, 'defines');
		return oncePer(variablesIn(statements, 'fallback'), ({ file, variable, value }) => `${file} ${variable} ${value}`).flatMap(
			({ file, line, variable, value }): Disagreement[] => {
				const [port] = portsOf(variable, value);
				const other = defined.find((definition) => definition.variable === variable);
				const [real] = other ? portsOf(variable, other.value) : [];
				if (!other || port === undefined || real === undefined || port === real) return [];
				const message = `${variable} falls back to ${port} here, but ${at(other)} sets ${real}.`;
				return [
					{ code: 'fallback-differs', file, line, service: null, message, fix: 'Drop the fallback, or make the two agree.' },
				];
			},
		);
	},
};

function portsOf(variable: string, value: string): number[] {
	if (/(^|_)PORT$/.test(variable) && /^\d+$/.test(value)) return [Number(value)];
	return addressesIn(value).flatMap(({ port }) => port ?? []);
}

/** A password that everyone can read is none. */
export const defaultSecrets: Comparison = {
	finds: 'a password or key with a default',
	compare: (statements) =>
		oncePer(
			variablesIn(statements, 'fallback').filter(
				({ variable, value }) => (secret.test(variable) && value !== '' && !value.startsWith('$')) || withPassword.test(value),
			),
			({ file, variable }) => `${file} ${variable}`,
		).map(({ file, line, variable }) => ({
			code: 'default-secret',
			file,
			line,
			service: null,
			message: `${variable} has a default that stands in the file, so whoever forgets to set it runs with a password that everyone knows.`,
			fix: `Write \${${variable}:?} and set it where secrets are kept.`,
		})),
};
