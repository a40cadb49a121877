import { m } from '../i18n/index.ts';

/** Shortest password that mana-auth takes. */
export const leastPassword = 10;

export function checkName(value: string): string | null {
	return value.trim() === '' ? m.check_name() : null;
}

export function checkEmail(value: string): string | null {
	return /^[^\s@]+@[^\s@]+$/.test(value.trim()) ? null : m.check_email();
}

export function checkNewPassword(value: string): string | null {
	return value.length < leastPassword ? m.check_password({ least: leastPassword }) : null;
}

export function checkPassword(value: string): string | null {
	return value === '' ? m.check_password_missing() : null;
}
