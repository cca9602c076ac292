import { render } from 'preact'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/fleet.css'
import './styles/boots.css'
import './styles/ring.css'
import './styles/node.css'
import './styles/figures.css'
import { App } from './app.tsx'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
