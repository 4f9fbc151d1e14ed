'use strict'

const MAX_MESSAGES = 200
const MAX_SHOWN = 2000
const ROUND_TRIP_EVERY_MS = 2000
const CONNECT_TIMEOUT_MS = 10000

const $ = id => document.getElementById(id)
const utf8 = new TextDecoder('utf-8', { fatal: true })

let session = null

/* One connection from Connect to its end. What came in from the wire is kept until the socket closes, then shown. */
class Session {
  constructor (options) {
    this.version = options.version
    this.mqttEnd = null
    this.byUser = false
    this.accepted = false
    this.ended = false
    this.subscriptions = new Map()
    this.probe = new RoundTrip(this)
    this.client = mqtt.connect(options.url, {
      protocolVersion: options.version,
      protocolId: options.version === 3 ? 'MQIsdp' : 'MQTT',
      clientId: options.clientId,
      keepalive: options.keepAlive,
      username: options.userName || undefined,
      password: options.password || undefined,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      createWebsocket: (url, protocols) => this.open(url, protocols)
    })
    this.client.on('packetreceive', packet => this.received(packet))
    this.client.on('connect', () => this.connected())
    this.client.on('message', (topic, payload, packet) => this.message(topic, payload, packet))
    this.client.on('error', error => this.failed(error))
  }

  /* MQTT.js keeps the close event to itself; the code and the reason are in it. */
  open (url, protocols) {
    const socket = new WebSocket(url, protocols)
    socket.addEventListener('close', event => this.end(event))
    return socket
  }

  received (packet) {
    if (packet.cmd === 'connack') {
      const code = packet.reasonCode ?? packet.returnCode
      if (code) this.mqttEnd = { packet: 'CONNACK', code, reason: packet.properties?.reasonString }
    } else if (packet.cmd === 'disconnect') {
      this.mqttEnd = { packet: 'DISCONNECT', code: packet.reasonCode ?? 0, reason: packet.properties?.reasonString }
    }
  }

  connected () {
    this.accepted = true
    show('connected', 'connected, MQTT ' + { 3: '3.1', 4: '3.1.1', 5: '5.0' }[this.version])
    this.probe.start()
  }

  message (topic, payload, packet) {
    if (!this.probe.took(topic, payload)) addMessage(topic, payload, packet)
  }

  failed (error) {
    if (!this.accepted) this.lastError = error.message
    this.client.end(true)
  }

  disconnect () {
    this.byUser = true
    this.client.end()
  }

  end (event) {
    if (this.ended) return
    this.ended = true
    this.probe.stop()
    this.client.end(true)
    if (session === this) {
      session = null
      show(this.byUser ? 'idle' : 'ended', this.byUser ? 'disconnected' : 'connection ended')
      showEnding(this, event)
      renderSubscriptions(new Map())
    }
  }
}

/* Publishes to a topic of its own every now and then and shows how long the message took to come back. */
class RoundTrip {
  constructor (owner) {
    this.owner = owner
    this.topic = 'sluice-demo/round-trip/' + Math.random().toString(36).slice(2)
    this.number = 0
  }

  start () {
    this.owner.client.subscribe(this.topic, { qos: 0 }, error => {
      if (error || this.owner.ended) return
      this.send()
      this.timer = setInterval(() => this.send(), ROUND_TRIP_EVERY_MS)
    })
  }

  send () {
    if (!this.owner.client.connected) return
    this.number++
    this.sentAt = performance.now()
    this.owner.client.publish(this.topic, String(this.number), { qos: 0 })
  }

  took (topic, payload) {
    if (topic !== this.topic) return false
    if (String(payload) === String(this.number)) {
      $('round-trip').value = (performance.now() - this.sentAt).toFixed(1) + ' ms'
    }
    return true
  }

  stop () {
    clearInterval(this.timer)
    $('round-trip').value = '–'
  }
}

function show (state, text) {
  $('status').dataset.state = state
  $('status').textContent = text
  const connected = state === 'connected'
  $('connect').disabled = connected || state === 'connecting'
  $('disconnect').disabled = !(connected || state === 'connecting')
  $('subscribe').disabled = !connected
  $('publish').disabled = !connected
}

function showEnding (ended, event) {
  const mqttEnd = ended.mqttEnd
  $('ending-mqtt-row').hidden = !mqttEnd
  if (mqttEnd) {
    const known = Codes.mqtt(mqttEnd.code, ended.version)
    $('ending-mqtt').textContent = mqttEnd.packet + ' ' + known.name
    $('ending-mqtt-text').textContent = known.text
  }
  $('ending-code').textContent = String(event.code)
  $('ending-code-text').textContent = Codes.close(event.code)
  const reason = [mqttEnd?.reason, event.reason].filter(Boolean)
  $('ending-reason-row').hidden = reason.length === 0
  $('ending-reason').textContent = [...new Set(reason)].join(' · ')
  $('ending').dataset.kind = ended.byUser ? 'asked' : 'unasked'
  $('ending').hidden = false
}

function textOf (payload) {
  try {
    const text = utf8.decode(payload)
    return text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) + ' …' : text
  } catch {
    const bytes = Array.from(payload.subarray(0, 64), b => b.toString(16).padStart(2, '0')).join(' ')
    return bytes + (payload.length > 64 ? ' …' : '')
  }
}

function element (tag, className, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

let messageCount = 0

function addMessage (topic, payload, packet) {
  const item = element('li')
  const head = element('div', 'message-head')
  head.append(element('span', 'topic', topic), element('span', 'tag', 'QoS ' + packet.qos))
  if (packet.retain) head.append(element('span', 'tag', 'retained'))
  head.append(element('span', 'when', size(payload.length) + ' · ' + new Date().toLocaleTimeString()))
  item.append(head, element('pre', 'payload', textOf(payload)))
  $('messages').prepend(item)
  while ($('messages').childElementCount > MAX_MESSAGES) $('messages').lastElementChild.remove()
  count(messageCount + 1)
}

function size (bytes) {
  return bytes < 1024 ? bytes + ' B' : bytes < 1048576 ? (bytes / 1024).toFixed(1) + ' KiB' : (bytes / 1048576).toFixed(1) + ' MiB'
}

function count (messages) {
  messageCount = messages
  $('message-count').textContent = messages
  $('no-messages').hidden = messages > 0
}

function renderSubscriptions (subscriptions) {
  $('subscriptions').replaceChildren(...Array.from(subscriptions, ([filter, qos]) => {
    const item = element('li')
    const remove = element('button', 'quiet', '×')
    remove.type = 'button'
    remove.setAttribute('aria-label', 'Unsubscribe from ' + filter)
    remove.addEventListener('click', () => unsubscribe(filter))
    item.append(element('span', 'topic', filter), element('span', 'tag', 'QoS ' + qos), remove)
    return item
  }))
}

function unsubscribe (filter) {
  const current = session
  current?.client.unsubscribe(filter, error => {
    if (error) return
    current.subscriptions.delete(filter)
    renderSubscriptions(current.subscriptions)
  })
}

$('connect-form').addEventListener('submit', event => {
  event.preventDefault()
  $('ending').hidden = true
  show('connecting', 'connecting …')
  try {
    session = new Session({
      url: $('url').value,
      version: Number(document.querySelector('input[name=version]:checked').value),
      clientId: $('client-id').value,
      keepAlive: Number($('keep-alive').value),
      userName: $('user-name').value,
      password: $('password').value
    })
  } catch (error) {
    session = null
    show('ended', error.message)
  }
})

$('disconnect').addEventListener('click', () => session?.disconnect())

$('subscribe-form').addEventListener('submit', event => {
  event.preventDefault()
  const current = session
  current?.client.subscribe($('subscribe-topic').value, { qos: Number($('subscribe-qos').value) }, (error, granted) => {
    if (error) {
      $('publish-result').textContent = 'not subscribed: ' + error.message
      return
    }
    for (const each of granted) current.subscriptions.set(each.topic, each.qos)
    renderSubscriptions(current.subscriptions)
  })
})

$('publish-form').addEventListener('submit', event => {
  event.preventDefault()
  const qos = Number($('publish-qos').value)
  const started = performance.now()
  session?.client.publish($('publish-topic').value, $('payload').value, { qos, retain: $('retain').checked }, error => {
    $('publish-result').textContent = error
      ? 'failed: ' + error.message
      : qos === 0 ? 'sent' : 'acknowledged in ' + (performance.now() - started).toFixed(1) + ' ms'
  })
})

$('clear').addEventListener('click', () => {
  $('messages').replaceChildren()
  count(0)
})

$('url').value = (location.protocol === 'http:' ? 'ws://' : 'wss://') + location.host + '/mqtt'
$('client-id').value = 'demo-' + Math.random().toString(36).slice(2, 10)
show('idle', 'not connected')
