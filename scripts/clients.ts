import { homeOf, PLACEHOLDER, readManifest } from './project.ts';

const manifest = readManifest();
const { name: PACKAGE, version } = manifest;
const { owner, homepage } = homeOf(manifest);

/** How a client starts the published package over stdio. Everything that installs it is generated from this. */
export const SERVER = { name: 'finspace', command: 'npx', args: ['-y', `${PACKAGE}@${version}`] } as const;

const { name, command, args } = SERVER;
const CONFIG = JSON.stringify({ command, args });
const BASE64 = encodeURIComponent(Buffer.from(CONFIG).toString('base64'));
const TEXT = encodeURIComponent(CONFIG);
const NAMED = encodeURIComponent(JSON.stringify({ name, command, args }));
const LINE = [command, ...args].join(' ');

/** The links that install the server in a client with one click. */
export const INSTALL_LINKS: Readonly<Record<string, string>> = {
  'VS Code': `https://vscode.dev/redirect/mcp/install?name=${name}&config=${TEXT}`,
  'VS Code Insiders': `https://insiders.vscode.dev/redirect/mcp/install?name=${name}&config=${TEXT}&quality=insiders`,
  'Visual Studio': `https://vs-open.link/mcp-install?${NAMED}`,
  Cursor: `https://cursor.com/en/install-mcp?name=${name}&config=${BASE64}`,
  'LM Studio': `https://lmstudio.ai/install-mcp?name=${name}&config=${BASE64}`,
  Kiro: `https://kiro.dev/launch/mcp/add?name=${name}&config=${TEXT}`,
  Goose: `https://block.github.io/goose/extension?cmd=${command}&${args.map((arg) => `arg=${encodeURIComponent(arg)}`).join('&')}&id=${name}&name=FinSpace&description=${encodeURIComponent('Manage FinSpace kdb environments')}`,
};

/** The commands that add the server to a client with a command line. */
export const INSTALL_COMMANDS: Readonly<Record<string, string>> = {
  'Claude Code': `claude mcp add --scope user ${name} -- ${LINE}`,
  Codex: `codex mcp add ${name} -- ${LINE}`,
  'Gemini CLI': `gemini mcp add -s user ${name} ${LINE}`,
  'VS Code': `code --add-mcp '${JSON.stringify({ name, command, args })}'`,
  Amp: `amp mcp add ${name} -- ${LINE}`,
  'Factory (Droid)': `droid mcp add ${name} "${LINE}"`,
};

/** What the settings files of clients contain, and where each client has its file. */
export const INSTALL_FILES: readonly { readonly files: Readonly<Record<string, string>>; readonly content: object }[] =
  [
    {
      files: {
        'Claude Desktop': '`claude_desktop_config.json`: *Settings → Developer → Edit Config*',
        Cursor: '`~/.cursor/mcp.json`',
        Windsurf: '`~/.codeium/windsurf/mcp_config.json`',
        'LM Studio': '`mcp.json`: *Program → Install → Edit mcp.json*',
        Kiro: '`~/.kiro/settings/mcp.json`',
        'JetBrains AI Assistant':
          'none: paste the settings under *Settings → Tools → AI Assistant → Model Context Protocol (MCP)*',
      },
      content: { mcpServers: { [name]: { command, args } } },
    },
    { files: { 'VS Code': '`.vscode/mcp.json`' }, content: { servers: { [name]: { type: 'stdio', command, args } } } },
    {
      files: { Zed: '`~/.config/zed/settings.json`' },
      content: { context_servers: { [name]: { command, args, env: {} } } },
    },
    {
      files: { opencode: '`~/.config/opencode/opencode.json`' },
      content: { mcp: { [name]: { type: 'local', command: [command, ...args], enabled: true } } },
    },
  ];

/** One line of links, for the README. */
export const installLine = (): string =>
  Object.entries(INSTALL_LINKS)
    .map(([client, link]) => `[${client}](${link})`)
    .join(' · ');

/** Links, commands and files, for the page about clients. */
export function installSections(): string {
  const commands = Object.entries(INSTALL_COMMANDS).map(
    ([client, line]) => `**${client}**\n\n<!-- not run: needs the client -->\n\`\`\`bash\n${line}\n\`\`\``,
  );
  const files = INSTALL_FILES.map(
    ({ files, content }) => `${filesText(files)}\n\n\`\`\`json\n${JSON.stringify(content)}\n\`\`\``,
  );
  return [`One click: ${installLine()}`, ...commands, ...files, GOOSE, PLUGINS].join('\n\n');
}

/** `**Client** (file):` for one client; the page has a table of those that share their content. */
function filesText(files: Readonly<Record<string, string>>): string {
  const [[client, file] = [], ...others] = Object.entries(files);
  return others.length > 0 ? `**The [clients with \`mcpServers\`](${TABLE}):**` : `**${client}** (${file}):`;
}

const TABLE = '#clients-with-a-settings-file';

/** Where the clients that take the same settings have them. */
export function settingsFiles(): string {
  const rows = INSTALL_FILES.map(({ files }) => Object.entries(files)).filter((clients) => clients.length > 1);
  return ['| client | file |', '|---|---|', ...rows.flat().map(([client, file]) => `| ${client} | ${file} |`)].join(
    '\n',
  );
}

/** What a reader must know while the repository has no public home. */
const PLACEHOLDER_NOTE =
  owner === PLACEHOLDER
    ? `\`${PLACEHOLDER}\` stands for the GitHub account that will publish this repository.\n\n`
    : '';

/** The repository is itself a plugin marketplace and an extension. */
const PLUGINS = `**Claude Code plugin**: \`/plugin marketplace add ${owner}/${PACKAGE}\`, then \`/plugin install ${PACKAGE}@${PACKAGE}\`.

**Gemini CLI extension**: \`gemini extensions install ${homepage}\`.

${PLACEHOLDER_NOTE}The plugin and the extension bring the runbooks as [skills](tools.md#prompts), too.`;

/** Goose uses YAML files. */
const GOOSE = `**Goose** (\`~/.config/goose/config.yaml\`):

\`\`\`yaml
extensions:
  ${name}:
    type: stdio
    cmd: ${command}
    args: ${JSON.stringify(args)}
    enabled: true
    timeout: 300
\`\`\``;
