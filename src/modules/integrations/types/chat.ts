// Chat services. Their webhook URLs are secret as a whole: a request only contains the host, and the rest is added.
import * as z from 'zod'
import {
  authOfUrl,
  bearer,
  getTest,
  hostOf,
  type IntegrationType,
  NO_CONFIG,
  secretUrl,
  type TypeTest,
  token,
} from './type.ts'

const slack: IntegrationType = {
  type: 'slack',
  name: 'Slack',
  help: 'A Slack app with a bot token (xoxb-…). The signing secret proves deliveries of events.',
  helpUrl: 'https://api.slack.com/apps',
  config: NO_CONFIG,
  secrets: z.strictObject({
    botToken: token('The bot token, from "OAuth & Permissions".'),
    signingSecret: token('The signing secret, from "Basic Information".').optional(),
  }),
  hosts: () => ['slack.com', 'files.slack.com'],
  baseUrl: () => 'https://slack.com/api',
  auth: (_config, secrets) => bearer(secrets.botToken),
  test: {
    description: 'Asks Slack whose token it is (auth.test).',
    call: () => ({ url: 'https://slack.com/api/auth.test', method: 'POST' }),
    judge: ({ json }) => {
      const { ok, error } = (json ?? {}) as { ok?: unknown; error?: unknown }
      if (ok === true) return 'ok'
      return ok === false && error !== 'ratelimited' && error !== 'internal_error' ? 'refused' : null
    },
  },
  webhookSecret: 'signingSecret',
}

const DISCORD = 'https://discord.com/api/v10'

const discord: IntegrationType = {
  type: 'discord',
  name: 'Discord bot',
  help: 'A bot of Discord, by its token.',
  helpUrl: 'https://discord.com/developers/applications',
  config: NO_CONFIG,
  secrets: z.strictObject({ botToken: token('The token of the bot.') }),
  hosts: () => ['discord.com'],
  baseUrl: () => DISCORD,
  auth: (_config, { botToken = '' }) => ({ headers: { authorization: `Bot ${botToken}` } }),
  test: getTest('Asks Discord who the bot is.', () => `${DISCORD}/users/@me`),
}

const discordWebhook: IntegrationType = {
  type: 'discord-webhook',
  name: 'Discord webhook',
  help: 'A webhook of one channel, from its settings under "Integrations". Send requests to https://discord.com/ and the rest of the URL is added.',
  helpUrl: 'https://support.discord.com/hc/en-us/articles/228383668',
  config: NO_CONFIG,
  secrets: z.strictObject({ webhookUrl: secretUrl('The URL of the webhook.') }),
  hosts: (_config, { webhookUrl }) => hostOf(webhookUrl),
  auth: (_config, { webhookUrl }) => authOfUrl(webhookUrl),
  test: {
    description: 'Reads the webhook, without posting anything.',
    call: (_config, { webhookUrl = '' }) => ({ url: `${new URL(webhookUrl).origin}/`, method: 'GET' }),
    judge: ({ status }) => (status === 404 ? 'refused' : null),
  },
}

const telegram: IntegrationType = {
  type: 'telegram',
  name: 'Telegram bot',
  help: 'A bot of Telegram. Send requests to https://api.telegram.org/sendMessage and the token is added to the path.',
  helpUrl: 'https://core.telegram.org/bots#botfather',
  config: NO_CONFIG,
  secrets: z.strictObject({
    botToken: z
      .string()
      .trim()
      .regex(/^\d{1,20}:[A-Za-z0-9_-]{20,100}$/, 'a token of Telegram is digits, a colon and letters')
      .describe('The token that BotFather gave.'),
    webhookSecret: token('The `secret_token` of setWebhook.').optional(),
  }),
  hosts: () => ['api.telegram.org'],
  baseUrl: () => 'https://api.telegram.org',
  auth: (_config, { botToken = '' }) => ({ pathPrefix: `/bot${botToken}` }),
  test: {
    description: 'Asks Telegram who the bot is (getMe).',
    call: () => ({ url: 'https://api.telegram.org/getMe', method: 'GET' }),
    judge: ({ status }) => (status === 404 ? 'refused' : null),
  },
  webhookSecret: 'webhookSecret',
}

const postsCard: TypeTest = {
  description: 'Posts a short message to the channel, since the webhook can do nothing else.',
  isVisible: true,
  call: (_config, { webhookUrl = '' }) => ({
    url: `${new URL(webhookUrl).origin}/`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            type: 'AdaptiveCard',
            version: '1.4',
            body: [{ type: 'TextBlock', text: 'Orrery can post to this channel.', wrap: true }],
          },
        },
      ],
    }),
  }),
}

const teams: IntegrationType = {
  type: 'teams',
  name: 'Microsoft Teams webhook',
  help: 'A webhook of the app Workflows in Teams ("Post to a channel when a webhook request is received"). Send requests to the host of the URL and the rest is added.',
  helpUrl: 'https://support.microsoft.com/office/8ae491c7-0394-4861-ba59-055e33f75498',
  config: NO_CONFIG,
  secrets: z.strictObject({ webhookUrl: secretUrl('The URL of the webhook.') }),
  hosts: (_config, { webhookUrl }) => hostOf(webhookUrl),
  auth: (_config, { webhookUrl }) => authOfUrl(webhookUrl),
  test: postsCard,
}

export const CHAT_TYPES = [slack, discord, discordWebhook, telegram, teams]
