"""The invented names, as words between blanks; an underscore stands for a blank within a name."""

FAMILY_NAMES = """
Abernethy Adeyemi Ahmed Ainsworth Akhtar Allardyce Appleyard Asante Bainbridge Banerjee Barraclough
Begum Bhatti Blackwood Bramley Brennan Brockbank Bukhari Cadwallader Campbell Cartwright Chaudhry Chen
Chowdhury Clitheroe Coleridge Cooper Croft Cunliffe Da_Costa Dabrowski Darlington Davies Deighton
Dhillon Donnelly Drinkwater Dunmore Eastwood Edwards Ekwueme El-Amin Entwistle Evans Fairhurst Farouk
Featherstone Fennimore Fernández Fitzgerald Fletcher Foxcroft Gallagher Garside Georgiou Gill Goldthorpe
Gonçalves Greenhalgh Griffiths Grimshaw Hadley Haigh Hallett Hanif Harcourt Hargreaves Hartley Hassan
Heathcote Hepworth Higginbotham Hollingworth Hopkins Howarth Hughes Hussain Ibrahim Inglethorpe Iqbal
Jackson Jankowski Jenkins Johnson Jones Joyce Kaur Kavanagh Kaye Kelly Kershaw Khan Kowalczyk Kumar
Langstaff Lee Leighton Lewis Li Lindqvist Llewellyn Lockwood Lund MacDonald Macey Mahmood Malik
Marchetti Marsden Mbeki McAllister McBride McKenna Mensah Metcalfe Mills Mirza Mitchell Mohamud Morgan
Murphy Naylor Ncube Ndiaye Newby Ng Norcross Nowak Oakley O'Brien O'Connor Okafor Okonkwo O’Neill
Oldroyd Ormerod Osei Owusu Parkin Patel Pemberton Pereira Pickersgill Poole Popescu Priestley Qureshi
Rahman Ramsbottom Rawcliffe Redfern Reid Rhodes Roberts Robinson Rowbotham Rutherford Sadiq Salisbury
Santos Scholes Shah Sharma Shaw Sheikh Silva Singh Skelton Smith Sokolova Speight Stanhope Stubbs
Suleiman Sutcliffe Swales Szymański Tanveer Tattersall Taylor Thackray Thomas Thorne Tinsley Tomlinson
Turnbull Uddin Unsworth Vance Varley Verma Wadsworth Walker Warburton Ward Whitaker Wilkinson Williams
Winterbottom Wójcik Wolstenholme Wood Wrigley Yates Yilmaz Young Yusuf Zaman Ó_Súilleabháin Ashby-Cole
Bell-Hartley Obi-Thorne Wynn-Parry
"""
GIRLS = """
Aaliyah Abigail Aisha Alice Amara Amber Amelia Anaïs Aniela Anya Ava Ayesha Bethany Brooke Caitlin
Caoimhe Carys Charlotte Chloé Daisy Eleri Elif Eliza Ella Ellie Emma Erin Esme Evie Faith Farah Fatima
Ffion Freya Georgia Grace Halima Hana Hannah Harriet Heidi Holly Imani Imogen Iqra Isla Isobel Iris
Jasmine Jessica Jo Kayleigh Keira Lara Layla Leah Lily Lowri Lucy Maisie Maja Maryam Matilda Megan Mia
Millie Molly Nadia Nia Niamh Nicole Oliwia Olivia Orla Paige Phoebe Poppy Priyanka Rachel Rebecca Renée
Rosie Ruby Safiya Saoirse Samira Sanaa Scarlett Seren Siân Sienna Simran Skye Sofia Sophie Summer Tamsin
Thea Tia Willow Yasmin Yvie Zainab Zara Zoë Zofia
"""
BOYS = """
Aaron Abdul Adam Adrian Aidan Alfie Ali Amir Anthony Archie Arjun Ayaan Ben Benjamin Billy Bo Bradley
Caleb Callum Cameron Charlie Connor Corey Dafydd Daniel David Dominic Dylan Ed Elijah Elliot Ethan Evan
Ewan Farhan Felix Finley Finn Francesco Freddie Gabriel George Gethin Hamza Harrison Harry Harvey Hassan
Henry Hugo Ibrahim Idris Isaac Ismail Jack Jacob Jake Jakub James Jamie Jayden Joel John Jonah Joseph
Joshua Jude Kacper Kai Kamil Kieran Kwame Leo Leon Lewis Liam Logan Louis Luca Lucas Luke Marcus Mason
Matthew Max Michael Mikołaj Mohammed Muhammad Nathan Nikhil Noah Oliver Omar Oscar Owen Patrick Raphaël
Reece Reuben Rhys Riley Robert Rohan Ronan Ryan Samuel Sean Sebastian Stanley Taylor Theo Thomas Tobias
Tyler Usman Vikram William Yusuf Zachary Zain
"""
