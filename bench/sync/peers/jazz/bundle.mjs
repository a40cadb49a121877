import { co, Group, z } from 'jazz-tools';
import { JazzBrowserContextManager } from 'jazz-tools/browser';

globalThis.bench = { co, Group, JazzBrowserContextManager, z };
